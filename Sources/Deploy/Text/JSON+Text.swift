// A value is written as JSON (RFC 8259), or as YAML for people.
extension JSON {
  /// The value as JSON in one line, with an object's members in their order.
  public var text: String {
    switch self {
    case .object(let members): "{\(members.map { "\(Self.quoted($0.key)):\($0.value.text)" }.joined(separator: ","))}"
    case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
    case .string(let text): Self.quoted(text)
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .bool(let isTrue): isTrue ? "true" : "false"
    case .null: "null"
    }
  }

  /// The value as a YAML document, which readers of YAML 1.1 and of 1.2 take in the same way.
  public var yaml: String { (inline.map { [$0] } ?? lines).map { "\($0)\n" }.joined() }

  /// The value in one line; nil for what has lines of its own.
  private var inline: String? {
    switch self {
    case .object(let members) where !members.isEmpty: nil
    case .array(let elements) where !elements.isEmpty: nil
    case .string(let text): Self.plainOrQuoted(text)
    default: text
    }
  }

  private var lines: [String] {
    switch self {
    case .object(let members):
      members.flatMap { member in
        let key = Self.plainOrQuoted(member.key)
        if let value = member.value.inline { return ["\(key): \(value)"] }
        return ["\(key):"] + member.value.lines.map { "  \($0)" }
      }
    case .array(let elements):
      elements.flatMap { element in
        (element.inline.map { [$0] } ?? element.lines).enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
      }
    default: []
    }
  }

  /// Without quotes only where no reader takes the text for anything but text.
  private static func plainOrQuoted(_ text: String) -> String {
    let first = text.utf8.first ?? 0
    let isPlain = (first.isLetter || first == UInt8(ascii: "/")) && text.isPlain(and: "-./")
    return isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
  }

  /// What YAML 1.1 takes for a truth value or for nothing.
  private static let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

  /// A string as JSON has it, and YAML between double quotes, with all that YAML could take for a line's end as an escape.
  static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      default:
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
          "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).utf8.count)
            + String(scalar.value, radix: 16)
        default: String(scalar)
        }
      }
    }
    return "\"\(escaped.joined())\""
  }
}

// Values as they are written in code.
extension JSON: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral text: String) { self = .string(text) }
  /// A number.
  public init(integerLiteral number: Int) { self = .number(Double(number)) }
  /// A truth value.
  public init(booleanLiteral isTrue: Bool) { self = .bool(isTrue) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object, with its members in this order, but for those that are nil.
  public init(dictionaryLiteral members: (String, JSON?)...) {
    self = .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  /// An array of strings.
  static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }

  /// The value with every string of it, but for keys, as `change` makes it.
  func mapStrings(_ change: (String) -> String) -> JSON {
    switch self {
    case .string(let text): .string(change(text))
    case .array(let elements): .array(elements.map { $0.mapStrings(change) })
    case .object(let members):
      .object(members.map { Member(key: $0.key, value: $0.value.mapStrings(change)) })
    case .null, .bool, .number: self
    }
  }
}
