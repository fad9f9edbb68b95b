/// An app's environment variables: their values, and who sees each.
public struct AppEnvironment: Equatable, Sendable {
  public enum Scope: String, Codable, Sendable {
    case both
    /// Installs and builds.
    case build
    /// Instances.
    case run
  }

  /// Where a variable comes from.
  public enum Source: String, Codable, Sendable {
    /// The app's env file.
    case env
    case doppler
  }

  public struct Variable: Equatable, Sendable {
    public var value: String
    public var scope: Scope
    public var source: Source

    public init(_ value: String, _ scope: Scope = .both, source: Source = .env) {
      self.value = value
      self.scope = scope
      self.source = source
    }
  }

  public var variables: [String: Variable]

  public init(_ variables: [String: Variable] = [:]) { self.variables = variables }

  /// What installs and builds are given. Next.js puts NEXT_PUBLIC_… into what it builds, so those are always among it.
  public var forBuilds: [String: String] { values { $0.scope != .run || VariableName.isPublic($1) } }

  public var forInstances: [String: String] { values { variable, _ in variable.scope != .build } }

  /// What the release command is given: it runs among the build's tools, on what the instances run on.
  public var forReleaseCommand: [String: String] { values { _, _ in true } }

  private func values(where isSeen: (Variable, String) -> Bool) -> [String: String] {
    variables.filter { $0.key != DopplerAccess.tokenName && isSeen($0.value, $0.key) }.mapValues(\.value)
  }

  /// What must not be shown: all values but those that every visitor of the site can read, or that are no secret.
  public var secrets: [String] {
    variables.filter { !VariableName.isPublic($0.key) && !DopplerAccess.names.contains($0.key) }.map(\.value.value)
      .filter { !Self.plain.contains($0) }
  }

  /// What many variables are set to and every program prints: nobody's secret.
  private static let plain: Set = ["production", "development", "localhost", "127.0.0.1"]

  /// Without what comes from elsewhere.
  var own: AppEnvironment { AppEnvironment(variables.filter { $0.value.source == .env }) }

  /// A text that tells one set of variables from another.
  static func identity(of variables: [String: String]) -> String {
    // A NUL is in no value: with line breaks two different sets could have one text.
    variables.map { "\($0.key)=\($0.value)\0" }.sorted().joined()
  }
}
