public import Deploy

/// What a backup says of itself; the last that is written, so that it tells of all.
public struct BackupManifest: Codable, Sendable {
  /// An app in it.
  public struct App: Codable, Sendable {
    /// Its name.
    public let name: AppName
    /// What was live; nil if nothing was.
    public var live: ReleaseID?
    /// The paths of the live release that lead to what is kept across releases.
    public var links: [Link] = []
    /// Whether it has commits.
    public var hasCommits = false
  }

  /// A path of a release that is a link to what is kept in `shared`.
  public struct Link: Codable, Sendable {
    /// Below the release's directory.
    let path: String
    /// Below `shared`.
    let kept: String
  }

  /// Somebody who may push.
  public struct Key: Codable, Sendable {
    /// By which name it was added.
    public let name: String
    /// As in "ssh-ed25519 AAAA…".
    public let key: String
    /// Nil for every app.
    public let apps: [AppName]?
  }

  /// What every format has.
  struct Format: Decodable {
    let version: Int
  }

  /// What this version of nextdeploy writes, and reads.
  static let version = 1

  var version = Self.version
  /// The apps in it.
  public var apps: [App] = []
  /// Who may push.
  public var keys: [Key] = []
}
