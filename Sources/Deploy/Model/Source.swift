/// What a release is made from.
public enum Source: Equatable, Codable, Sendable {
  /// A commit of the app's repository, built on the server.
  case commit(Commit)
  /// An archive, built somewhere else; the commit stands for it in the app's repository.
  case archive(Shipment, Commit)

  private enum Key: CodingKey { case commit, archive }

  /// The commit that the release is known by.
  public var commit: Commit {
    switch self {
    case .commit(let commit), .archive(_, let commit): commit
    }
  }

  /// The archive that it was; nil for a commit.
  public var shipment: Shipment? {
    if case .archive(let shipment, _) = self { shipment } else { nil }
  }

  /// Decodes it from the release's record itself, where it has been since the first version.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let commit = try values.decode(Commit.self, forKey: .commit)
    self =
      try values.decodeIfPresent(Shipment.self, forKey: .archive).map { .archive($0, commit) } ?? .commit(commit)
  }

  /// Encodes it into the release's record itself.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(commit, forKey: .commit)
    try values.encodeIfPresent(shipment, forKey: .archive)
  }
}
