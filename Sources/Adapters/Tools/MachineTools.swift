public import Deploy
import Posix

/// The programs on this machine's PATH, whose versions are cached until their files change.
public struct MachineTools: Toolbox {
  var path: String
  /// The file that caches the versions.
  let cache: String
  var environment: [String: String]
  /// Where it looks for runtimes that are not on the PATH.
  var places = RuntimePlaces()

  private struct Known: Codable {
    var identity: String
    /// The first line of the program's answer.
    var version: String
  }

  /// Finds a program and its version; one that would have to be downloaded to tell its version counts as missing.
  public func find(_ name: String) throws -> Tool? {
    guard let file = Command.find(name, path: path), try name == "corepack" || !isCorepacks(file) else { return nil }
    let line = try answer(of: file, to: "--version") { Version($0) != nil }
    return Version(line).map { Tool(name: name, path: file, version: $0.description) }
  }

  /// Whether a program is Corepack's (`corepack enable` creates a pnpm and a yarn) or a script that calls it. It has no
  /// version of its own: to report one, it would ask the network, and get a version other than the app's.
  private func isCorepacks(_ file: String) throws -> Bool {
    let real = Files.resolved(file)
    if real.split(separator: "/").contains("corepack") { return true }
    guard let size = try Files.status(real)?.size, size < 4096, let text = try Files.text(real) else { return false }
    return text.hasPrefix("#!") && text.contains("corepack")
  }

  /// The first line of a program's answer about its version.
  ///
  /// - Parameter isAnswer: whether a line is an answer; any other is an error, and is not cached.
  func answer(of file: String, to argument: String, isAnswer: (String) -> Bool) throws -> String {
    // What runs is not always the file on the PATH: npm is a link to a script in its package.
    let real = Files.resolved(file)
    let identity = try Files.status(real).map { "\(real) \($0.inode) \($0.size) \($0.modified)" } ?? real
    // A damaged cache does not matter.
    var known = (try? StateFile.read([String: Known].self, cache)) ?? [:]
    if let entry = known[file], entry.identity == identity, isAnswer(entry.version) { return entry.version }
    let (status, output) = try ChildProcess.run(Command([file, argument], environment: environment))
    let line = output.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard status.isSuccess, isAnswer(line) else {
      throw Failure(
        "asking \(file) for its version", "it answered \(line.quoted) with \(status)",
        next: "Check that '\(file) \(argument)' works on the server.")
    }
    try FileLock(waitingFor: "\(cache).lock").hold {
      known = (try? StateFile.read([String: Known].self, cache)) ?? [:]
      known[file] = Known(identity: identity, version: line)
      try StateFile.write(known, to: cache, durable: false)
    }
    return line
  }
}

extension MachineTools {
  /// - Parameters:
  ///   - environment: includes PATH, on which programs are found, and HOME, for version managers.
  ///   - isIsolated: whether builds and instances do not see the users' homes, nor what else is nextdeploy's.
  public init(layout: Layout, environment: [String: String], isIsolated: Bool = false) {
    self.init(path: environment["PATH"] ?? "", cache: layout.tools, environment: environment)
    places = RuntimePlaces(own: layout.runtimes, home: environment["HOME"])
    if isIsolated { places.hidden = RuntimePlaces.private + [layout.root] }
  }
}
