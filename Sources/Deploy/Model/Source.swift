/// What a release is made from.
public enum Source: Equatable, Codable, Sendable {
  /// A commit of the app's repository, built on the server.
  case commit(Commit)

  private enum Key: CodingKey { case commit }

  /// Decodes it from the release's record itself, where it has been since the first version.
  public init(from decoder: any Decoder) throws {
    self = .commit(try decoder.container(keyedBy: Key.self).decode(Commit.self, forKey: .commit))
  }

  /// Encodes it into the release's record itself.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .commit(let commit): try values.encode(commit, forKey: .commit)
    }
  }
}
