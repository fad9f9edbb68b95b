public import Deploy
import Posix

/// The programs on this machine's PATH. Their versions are asked once and kept while their files stay the same.
public struct MachineTools: Toolbox {
  let path: String
  /// Where the versions are kept.
  let cache: String
  let environment: [String: String]

  public init(path: String, cache: String, environment: [String: String]) {
    self.path = path
    self.cache = cache
    self.environment = environment
  }

  private struct Known: Codable {
    var identity: String
    var version: String
  }

  public func find(_ name: String) throws -> Tool? {
    guard let file = Command.find(name, path: path) else { return nil }
    // What runs is not always the file on the PATH: npm is a link to a script of its package.
    let real = Files.resolved(file)
    let identity = try Files.status(real).map { "\(real) \($0.inode) \($0.size) \($0.modified)" } ?? real
    // A damaged cache is only a cache.
    var known = (try? StateFile.read([String: Known].self, cache)) ?? [:]
    if let entry = known[file], entry.identity == identity {
      return Tool(name: name, path: file, version: entry.version)
    }
    let (status, output) = try ChildProcess.run(Command([file, "--version"], environment: environment))
    let line = output.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard status.isSuccess, let version = Version(line.hasPrefix("v") ? String(line.dropFirst()) : line) else {
      throw Failure(
        "asking \(file) for its version", "it answered \(line.quoted) with \(status)",
        next: "Check that '\(file) --version' works on the server.")
    }
    try FileLock(waitingFor: "\(cache).lock").hold {
      known = (try? StateFile.read([String: Known].self, cache)) ?? [:]
      known[file] = Known(identity: identity, version: version.description)
      try StateFile.write(known, to: cache, durable: false)
    }
    return Tool(name: name, path: file, version: version.description)
  }
}
