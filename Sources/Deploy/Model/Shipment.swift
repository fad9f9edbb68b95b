/// An archive that a release is made of, which was built somewhere else.
public struct Shipment: Equatable, Codable, Sendable {
  /// The SHA-256 of its bytes, in hexadecimal digits.
  public let sha256: String
  /// The key that it came with; nil if somebody on the server shipped it.
  public let key: String?
  /// The commit that its sender says it was built from.
  public let commit: CommitID?

  /// Describes an archive that has been read to its end.
  public init(sha256: String, key: String?, commit: CommitID?) {
    self.sha256 = sha256
    self.key = key
    self.commit = commit
  }

  /// Its first digits, which tell it from others.
  public var short: String { String(sha256.prefix(12)) }

  /// What it is, in one line.
  public var subject: String {
    "Archive \(short)\(commit.map { " of \($0.short)" } ?? "")\(key.map { ", shipped with the key \($0)" } ?? "")"
  }
}

/// Who ships an archive, and what they say of it.
public struct Delivery: Equatable, Sendable {
  /// The key that it comes with; nil for somebody on the server.
  public let key: String?
  /// The commit that it was built from, if that is said.
  public let commit: CommitID?

  /// Describes a delivery that is about to arrive.
  public init(key: String?, commit: CommitID?) {
    self.key = key
    self.commit = commit
  }
}
