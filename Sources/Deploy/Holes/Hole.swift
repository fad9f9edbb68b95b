/// A hole that is publicly known, in some versions of a package or of Node.
public struct Hole: Equatable, Sendable {
  /// How bad it is, the worst first.
  public enum Severity: String, CaseIterable, Sendable {
    /// Strangers can run code on the server.
    case remoteCode = "rce"
    case critical, high, moderate
  }

  /// What an app must have for the hole to be open.
  public enum Need: Equatable, Sendable {
    /// An App Router.
    case appRouter
    /// A sharp that Next.js makes images with, of a version below this one if there is one.
    case sharp(below: Version?)
  }

  /// The names by which it is known, the best known first.
  public let ids: [HoleID]
  /// How bad it is.
  public let severity: Severity
  /// The packages of npm that have it; "node" is Node itself.
  public let packages: [String]
  /// The versions that have it.
  public let affected: [Affected]
  /// What else it takes; nil for nothing.
  public let need: Need?
  /// What a stranger can do, in a few words.
  public let allows: String
  /// Where that is said.
  public let source: String

  /// Versions of one release line that have the hole, in the order of Semantic Versioning.
  public struct Affected: Equatable, Sendable {
    /// The first of them.
    public let first: Version
    /// The first that no longer has it.
    public let fixed: Version

    /// Whether a version is one of them.
    public func contains(_ version: Version) -> Bool { !version.precedes(first) && version.precedes(fixed) }
  }

  /// The first version of a version's release line that does not have the hole; nil if this one does not.
  public func fix(of version: Version) -> Version? { affected.first { $0.contains(version) }?.fixed }
}
