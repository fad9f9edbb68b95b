import Deploy
import Posix

/// The program `caddy` on a PATH.
struct CaddyProgram {
  /// Includes PATH.
  let environment: [String: String]
  /// Caches the version, so that Caddy is not asked each time.
  let tools: MachineTools

  func run(_ arguments: [String]) throws -> (status: ExitStatus, output: String) {
    try requireInstalled()
    return try ChildProcess.run(Command(["caddy"] + arguments, environment: environment))
  }

  /// Where a Caddyfile makes Caddy listen; nil if Caddy rejects it, or this user cannot read all of it.
  func addresses(in file: String) throws -> Set<CaddyAddress>? {
    let (status, output) = try run(Self.adapt(file))
    return status.isSuccess ? CaddyAddress.all(adapted: output) : nil
  }

  static func adapt(_ file: String) -> [String] { ["adapt", "--adapter", "caddyfile", "--config", file] }

  func requireInstalled() throws {
    guard Command.find("caddy", path: environment["PATH"] ?? "") == nil else { return }
    throw Failure(
      "looking for Caddy", "it is not on this machine's PATH",
      next: "Install it ('apt-get install caddy' on Debian), then try again.")
  }

  /// What went wrong, in Caddy's own words; nil if these lines of its output do not say.
  static func error(in lines: [String]) -> String? {
    lines.reversed().lazy.compactMap { line in
      if line.hasPrefix("Error:") || line.hasPrefix("reload:") { return String(line.drop { $0 != ":" }.dropFirst(2)) }
      // Later versions of Caddy log it.
      guard let entry = try? JSON.parse(line), entry["level"]?.string == "error" else { return nil }
      return entry["msg"]?.string?.split(whereSeparator: \.isNewline).first.map(String.init)
    }.first
  }

  /// Nil if Caddy reports none, as a custom build may.
  var version: Version? {
    get throws {
      try requireInstalled()
      return try Command.find("caddy", path: environment["PATH"] ?? "").flatMap { file in
        Self.version(in: try tools.answer(of: file, to: "version") { !$0.isEmpty })
      }
    }
  }

  /// In "2.6.2" or "v2.11.7 h1:yj0Y…=".
  static func version(in output: String) -> Version? {
    output.split(whereSeparator: \.isWhitespace).first.flatMap { Version($0) }
  }
}
