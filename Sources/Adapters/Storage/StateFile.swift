import Deploy
import FoundationEssentials
import Posix

/// State stored as JSON in a file that is replaced in one step.
enum StateFile {
  /// Nil if there is no file.
  static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value? {
    guard let bytes = try Files.read(path) else { return nil }
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
      throw Failure(
        "reading \(path)", "the file is damaged: \(reason(error))",
        next: "Correct it, or move it away (mv \(path) \(path).damaged), then try again.")
    }
  }

  /// Nil if there is no file or it is damaged, for state that is not essential.
  static func intact<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value? {
    try Files.read(path).flatMap { try? JSONDecoder().decode(type, from: Data($0)) }
  }

  static func write(_ value: some Encodable, to path: String, mode: UInt32 = 0o600, durable: Bool = true) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    try Files.write(text + "\n", to: path, mode: mode, durable: durable)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of the wrong type"
    case let failure as Failure: failure.cause
    default: "it is not JSON"
    }
  }
}
