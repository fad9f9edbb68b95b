/// The name of an environment variable that an app can be given.
public struct VariableName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let description: String

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

  public static func < (left: VariableName, right: VariableName) -> Bool { left.description < right.description }

  /// Whether Next.js puts the variable into what every visitor's browser loads.
  public var isPublic: Bool { Self.isPublic(description) }

  static func isPublic(_ name: String) -> Bool { name.hasPrefix("NEXT_PUBLIC_") }

  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, !first.isDigit, text.utf8.count <= 256 else { return false }
    return text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "_") || $0.isLetter }
  }
}
