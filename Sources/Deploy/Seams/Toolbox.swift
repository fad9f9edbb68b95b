/// A program on the machine that deploys use.
public struct Tool: Equatable, Codable, Sendable {
  /// The name by which it was looked for, as in "node".
  public let name: String
  /// The absolute path of its file.
  public let path: String
  /// The version that it reports, as in "20.20.2".
  public let version: String

  /// Describes a program that was found.
  public init(name: String, path: String, version: String) {
    self.name = name
    self.path = path
    self.version = version
  }
}

/// Finds the machine's programs and their versions.
public protocol Toolbox {
  /// Finds a program by its name; nil if the machine does not have it.
  func find(_ name: String) throws -> Tool?
}
