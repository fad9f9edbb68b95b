/// Where an app's requests go.
public enum Destination: Hashable, Sendable {
  /// To an instance of the app.
  case instance(Upstream)
  /// To the files of a release, which the proxy serves by itself.
  case files(of: ReleaseID)
}

extension Destination: CustomStringConvertible {
  /// As in "127.0.0.1:3001" and "files:20261123-154512".
  public var description: String {
    switch self {
    case .instance(let upstream): upstream.description
    case .files(let release): "\(Self.filesPrefix)\(release)"
    }
  }

  /// Reads what `description` writes; nil if the text is nothing of that kind.
  public init?(_ text: String) {
    if text.hasPrefix(Self.filesPrefix) {
      guard let release = try? ReleaseID(String(text.dropFirst(Self.filesPrefix.count))) else { return nil }
      self = .files(of: release)
    } else {
      guard let upstream = Upstream(text) else { return nil }
      self = .instance(upstream)
    }
  }

  private static let filesPrefix = "files:"
}
