public import Posix
import Testing

/// A directory and ports that only one test has.
public struct Scratch {
  /// The test's ports.
  public let ports: PortBlock
  /// The test's directory.
  public let path: String

  /// Runs a test with a new directory, which is removed afterwards.
  public static func run<Result>(
    ports: Range<UInt16> = PortBlock.usual, _ test: (Scratch) async throws -> Result
  ) async throws -> Result {
    _ = Zombies.reaper
    let scratch = try Scratch(ports: ports)
    defer { scratch.remove() }
    return try await test(scratch)
  }

  /// Makes a new directory, which the caller has to remove.
  public init(ports range: Range<UInt16> = PortBlock.usual) throws {
    ports = try PortBlock(in: range)
    // A Unix socket's path has at most 107 bytes, so it is a short one.
    path = "/tmp/nextdeploy-test-\(ports.first)"
    try Files.remove(path)
    try Files.makeDirectory(path)
  }

  /// Removes the directory; the test fails where that cannot be done.
  public func remove() {
    do { try Files.remove(path) } catch { Issue.record(error) }
  }

  // MARK: Files

  /// Writes files below the directory; a script can be executed.
  public func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = "\(path)/\(name)"
      try Files.makeDirectory(Files.parent(file))
      try Files.write(text, to: file, mode: text.hasPrefix("#!") ? 0o755 : 0o644, durable: false)
    }
  }

  /// The text of a file below the directory; nil where there is none.
  public func text(_ name: String) throws -> String? { try Files.text("\(path)/\(name)") }

  /// All files below a directory, by their paths.
  public func files(below directory: String) throws -> [String] {
    try Files.list(directory).flatMap { name in
      let path = "\(directory)/\(name)"
      switch try Files.status(path)?.kind {
      case .directory: return try files(below: path)
      case .file: return [path]
      default: return []
      }
    }
  }

  // MARK: Processes

  /// The processes whose command line or directory is below this one, as "ID COMMAND LINE".
  public func processes() -> [String] {
    let ids = (try? Files.list("/proc"))?.compactMap { Int32($0) } ?? []
    return ids.compactMap { id in
      guard id != CurrentProcess.id, ProcessIdentity(of: id) != nil else { return nil }
      let line = commandLine(id)
      let directory = (try? Files.linkTarget("/proc/\(id)/cwd")) ?? ""
      return line.contains(path + "/") || directory.hasPrefix(path + "/") ? "\(id) \(line)" : nil
    }
  }

  /// The processes of this test whose command line has a text.
  public func processes(_ text: String) -> [ProcessIdentity] { Self.identities(of: processes(), with: text) }

  /// Those of the processes, given as "ID COMMAND LINE", that have a text.
  public static func identities(of processes: [String], with text: String) -> [ProcessIdentity] {
    processes.filter { $0.contains(text) }
      .compactMap { line in Int32(line.prefix { $0 != " " }).flatMap { ProcessIdentity(of: $0) } }
  }
}
