/// A program of the machine that deploys use.
public struct Tool: Equatable, Codable, Sendable {
  public let name: String
  public let path: String
  public let version: String

  public init(name: String, path: String, version: String) {
    self.name = name
    self.path = path
    self.version = version
  }
}

/// Finds the machine's programs and their versions.
public protocol Toolbox {
  /// Nil where the machine does not have it.
  func find(_ name: String) throws -> Tool?
}
