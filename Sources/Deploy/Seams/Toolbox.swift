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

  /// The same machine, where the programs in these directories are found before all others.
  func preferring(_ directories: [String]) -> Self

  /// The machine's other copies of a runtime, besides the one that `find` finds.
  func copies(of runtime: Runtime) throws -> RuntimeCopies

  /// Whether builds and instances cannot see a program's file.
  func isHidden(_ tool: Tool) -> Bool

  /// Whether a program's file is still there, and builds and instances can see it.
  func isThere(_ tool: Tool) -> Bool
}

/// Copies of a runtime that are not on the PATH.
public struct RuntimeCopies: Equatable, Sendable {
  /// Those that builds and instances can run.
  public var usable: [Tool] = []
  /// Those in directories that builds and instances cannot see.
  public var hidden: [Tool] = []
  /// What is wrong with others, in words.
  public var broken: [String] = []

  /// Makes a list without any.
  public init() {}
}

/// Brings runtimes that the machine does not have.
public protocol RuntimeSource {
  /// Whether a push may have one brought.
  var isAutomatic: Bool { get }

  /// Brings the version that fits best.
  ///
  /// - Parameter watch: called now and then; if it throws, nothing is left of what was brought so far.
  func bring(_ need: RuntimeNeed, watch: @escaping () throws -> Void) throws -> Tool
}
