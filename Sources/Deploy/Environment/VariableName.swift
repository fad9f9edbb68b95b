/// The name of an environment variable that an app may set.
public struct VariableName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name itself, as in "DATABASE_URL".
  public let description: String

  /// Checks a name; throws if it is malformed or is one that NextDeploy sets itself.
  public init(_ text: String) throws(Failure) {
    guard Self.isName(text) else {
      // It may be a value that went astray: it is not told.
      throw Failure(
        .usage, "naming a variable", "what was given is not a variable's name",
        next: "Use letters, digits and '_', no digit first, as in DATABASE_URL.")
    }
    if let reason = ProgramEnvironment.taken[text] {
      throw Failure(.usage, "setting \(text)", reason, next: "Leave it out: a value would have no effect.")
    }
    description = text
  }

  /// Orders names alphabetically.
  public static func < (left: VariableName, right: VariableName) -> Bool { left.description < right.description }

  /// Whether Next.js compiles the variable into what every visitor's browser loads.
  public var isPublic: Bool { Self.isPublic(description) }

  static func isPublic(_ name: String) -> Bool { name.hasPrefix("NEXT_PUBLIC_") }

  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, !first.isDigit, text.utf8.count <= 256 else { return false }
    return text.utf8.allSatisfy(\.isWordPart)
  }
}
