import Posix
import Testing

/// A directory and ports that only one test has.
struct Scratch {
  let ports: PortBlock
  let path: String

  /// Runs a test with a new directory, which is removed afterwards.
  static func run<Result>(
    ports: Range<UInt16> = PortBlock.usual, _ test: (Scratch) async throws -> Result
  ) async throws -> Result {
    _ = Zombies.reaper
    let scratch = try Scratch(ports: ports)
    defer {
      do { try Files.remove(scratch.path) } catch { Issue.record(error) }
    }
    return try await test(scratch)
  }

  private init(ports range: Range<UInt16>) throws {
    ports = try PortBlock(in: range)
    // A Unix socket's path has at most 107 bytes, so it is a short one.
    path = "/tmp/nextdeploy-host-\(ports.first)"
    try Files.remove(path)
    try Files.makeDirectory(path)
  }

  /// Writes files below the directory.
  func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = "\(path)/\(name)"
      try Files.makeDirectory(Files.parent(file))
      try Files.write(text, to: file, mode: text.hasPrefix("#!") ? 0o755 : 0o644, durable: false)
    }
  }

  func text(_ name: String) throws -> String? { try Files.text("\(path)/\(name)") }

  /// All files below a directory, by their paths.
  func files(below directory: String) throws -> [String] {
    try Files.list(directory).flatMap { name in
      let path = "\(directory)/\(name)"
      switch try Files.status(path)?.kind {
      case .directory: return try files(below: path)
      case .file: return [path]
      default: return []
      }
    }
  }

  /// The processes whose command line or directory is below this one.
  func processes() -> [String] {
    let ids = (try? Files.list("/proc"))?.compactMap { Int32($0) } ?? []
    return ids.compactMap { id in
      guard id != CurrentProcess.id, ProcessIdentity(of: id) != nil else { return nil }
      let line = commandLine(id)
      let directory = (try? Files.linkTarget("/proc/\(id)/cwd")) ?? ""
      return line.contains(path + "/") || directory.hasPrefix(path + "/") ? "\(id) \(line)" : nil
    }
  }

  /// The processes of this test whose command line has a text.
  func processes(_ text: String) -> [ProcessIdentity] {
    processes().filter { $0.contains(text) }
      .compactMap { line in Int32(line.prefix { $0 != " " }).flatMap { ProcessIdentity(of: $0) } }
  }
}

/// A process's arguments, with spaces between them; nothing where it has ended.
func commandLine(_ process: Int32) -> String {
  ((try? Files.text("/proc/\(process)/cmdline")) ?? "").split(separator: "\0").joined(separator: " ")
}

/// The program that keeps instances running, where the test's own build put it.
let supervisor = "\(Files.parent(CurrentProcess.executable))/nextdeploy-supervisor"

/// Looks again and again until something is there; fails the test where that takes a minute.
@discardableResult
func wait<Value>(
  for what: String, sourceLocation: SourceLocation = #_sourceLocation, _ look: () throws -> Value?
) throws -> Value {
  let deadline = ContinuousClock.now + .seconds(60)
  while true {
    if let value = try look() { return value }
    if ContinuousClock.now > deadline {
      Issue.record("waited in vain for \(what)", sourceLocation: sourceLocation)
      throw Timeout(what: what)
    }
    Pause.for(.milliseconds(5))
  }
}

/// Looks again and again until something holds.
func wait(
  until what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) throws {
  try wait(for: what, sourceLocation: sourceLocation) { try condition() ? () : nil }
}

struct Timeout: Error { let what: String }
