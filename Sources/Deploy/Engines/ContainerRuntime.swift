/// The program that runs a release.
public struct ContainerRuntime: Equatable, Sendable {
  /// Which it is.
  public let kind: Kind
  /// Its version, as in "24.11.1".
  public let version: Version
  /// The path of its file on this machine.
  public let program: String
  /// The name of the Debian release that the app's packages were built on.
  public let suite: String

  /// A program that a container is there for.
  public enum Kind: Equatable, Sendable {
    /// Runs the app.
    case runtime(Runtime)
    /// Serves a site of files.
    case caddy

    /// The name of its file.
    public var name: String {
      switch self {
      case .runtime(let runtime): runtime.rawValue
      case .caddy: "caddy"
      }
    }

    /// The name as messages write it.
    public var title: String {
      switch self {
      case .runtime(let runtime): runtime.title
      case .caddy: "Caddy"
      }
    }
  }

  /// Describes the runtime of a release.
  public init(_ kind: Kind, _ version: Version, program: String, suite: String) {
    self.program = program
    self.kind = kind
    self.version = version
    self.suite = suite
  }

  /// The image that has it, by its name.
  public var image: String {
    switch kind {
    case .runtime(.node): "node:\(version.numbers)-\(suite)-slim"
    case .runtime(.bun): "oven/bun:\(version.numbers)"
    case .caddy: "caddy:2"
    }
  }
}
