import Console
import FoundationEssentials

extension Terminal {
  /// Prints a value as JSON with its keys in alphabetical order.
  func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Prints a value as JSON where --json asks for it, and these lines elsewhere.
  func show(_ value: some Encodable, _ invocation: Invocation, lines: () throws -> [String]) throws {
    if invocation.has(.json) { return try printJSON(value) }
    for line in try lines() { print(line) }
  }
}
