/// An app's environment variables: their values, and which programs see each one.
public struct AppEnvironment: Equatable, Sendable {
  /// Which of the app's programs see a variable.
  public enum Scope: String, Codable, Sendable {
    /// Builds and instances alike.
    case both
    /// Installs and builds only.
    case build
    /// Instances only.
    case run
  }

  /// Where a variable comes from.
  public enum Source: String, Codable, Sendable {
    /// The app's env file.
    case env
    /// The app's config at Doppler.
    case doppler
  }

  /// One variable's value, with who sees it and where it comes from.
  public struct Variable: Equatable, Sendable {
    /// The text that the programs are given, with quotes and references already resolved.
    public var value: String
    /// Which programs see it; builds see public ones (`NEXT_PUBLIC_…`) whatever it says.
    public var scope: Scope
    /// Where it was set: by the app itself or at Doppler.
    public var source: Source

    /// Makes a variable that by default every program sees and that comes from the app's env file.
    public init(_ value: String, _ scope: Scope = .both, source: Source = .env) {
      self.value = value
      self.scope = scope
      self.source = source
    }
  }

  /// All variables by name, Doppler's access token included.
  public var variables: [String: Variable]

  /// Makes an environment of these variables, by name; an empty one by default.
  public init(_ variables: [String: Variable] = [:]) { self.variables = variables }

  /// What installs and builds are given. Next.js compiles NEXT_PUBLIC_… into what it builds, so they always get those.
  public var forBuilds: [String: String] { values { $0.scope != .run || VariableName.isPublic($1) } }

  /// What running instances are given: everything but build-only variables and Doppler's access token.
  public var forInstances: [String: String] { values { variable, _ in variable.scope != .build } }

  /// What the release command is given: all but Doppler's token, for it uses the build's tools on the instances' data.
  public var forReleaseCommand: [String: String] { values { _, _ in true } }

  private func values(where isSeen: (Variable, String) -> Bool) -> [String: String] {
    variables.filter { $0.key != DopplerAccess.tokenName && isSeen($0.value, $0.key) }.mapValues(\.value)
  }

  /// The values to redact: all but those that every visitor of the site can read and those that are not secret.
  public var secrets: [String] {
    variables.filter { !VariableName.isPublic($0.key) && !DopplerAccess.names.contains($0.key) }.map(\.value.value)
      .filter { !Self.plain.contains($0) }
  }

  /// Values that many variables have and every program prints: nobody's secret.
  private static let plain: Set = ["production", "development", "localhost", "127.0.0.1"]

  /// Only the variables that the app sets itself.
  var own: AppEnvironment { AppEnvironment(variables.filter { $0.value.source == .env }) }

  /// A text that differs between any two different sets of variables.
  static func identity(of variables: [String: String]) -> String {
    // A NUL is in no value: with line breaks two different sets could have one text.
    variables.map { "\($0.key)=\($0.value)\0" }.sorted().joined()
  }
}
