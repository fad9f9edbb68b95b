/// A program that runs JavaScript, of which a machine can have several versions.
public enum Runtime: String, CaseIterable, Codable, Sendable {
  case node, bun

  /// The name as messages write it.
  public var title: String {
    switch self {
    case .node: "Node"
    case .bun: "Bun"
    }
  }
}

extension Tool {
  /// The directory that holds its file.
  public var directory: String { String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) }
}
