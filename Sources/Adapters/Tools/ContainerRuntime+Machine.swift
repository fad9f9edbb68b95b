public import Deploy
import Posix

extension ContainerRuntime {
  /// What runs a release on this machine: one that was brought for it, else the one on the PATH.
  public init(of process: AppProcess, on tools: some Toolbox) throws {
    let words = process.start.words
    let kind: Runtime = process.launcher == nil && (words.contains("bun") || words.contains("bunx")) ? .bun : .node
    let tool = try process.runtimes?.first { $0.name == kind.rawValue } ?? tools.find(kind.rawValue)
    guard let tool, let version = Version(tool.version) else {
      throw Failure(
        "looking for \(kind.title)", "it is not on this server's PATH",
        next: "Install it ('nextdeploy runtime install \(kind.rawValue)'), then push again.")
    }
    self.init(.runtime(kind), version, program: tool.path, suite: try Self.suite)
  }

  /// This machine's Caddy, as what serves a site of files.
  public init(_ caddy: some CaddyService) throws {
    guard let program = Command.find("caddy", path: caddy.environment["PATH"] ?? ""), let version = try caddy.version
    else {
      throw Failure(
        "looking for Caddy", "this server has none that tells its version",
        next: "Install it ('apt-get install caddy' on Debian), then try again.")
    }
    self.init(.caddy, version, program: program, suite: try Self.suite)
  }

  private static var suite: String {
    get throws {
      let release = try Files.text("/etc/os-release") ?? ""
      let name = release.split(separator: "\n").first { $0.hasPrefix("VERSION_CODENAME=") }?.dropFirst(17)
      return name == "trixie" ? "trixie" : "bookworm"
    }
  }
}
