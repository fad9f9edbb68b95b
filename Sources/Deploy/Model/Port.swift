/// A TCP port on which a program can listen without privileges.
public struct Port: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The port as a number, from 1024 up.
  public let number: UInt16

  /// Reads a decimal number; throws a failure of kind `usage` unless it is from 1024 to 65535.
  public init(_ text: String) throws(Failure) {
    guard let number = UInt16(text), number >= 1024, text.utf8.allSatisfy(\.isDigit) else {
      throw Failure(.usage, "reading a port", "\(text.quoted) is not one", next: "Give a number from 1024 to 65535.")
    }
    self.number = number
  }

  /// Decodes a port from a number; throws if it is below 1024.
  public init(from decoder: any Decoder) throws {
    try self.init(String(UInt16(from: decoder)))
  }

  /// Encodes the port as a number.
  public func encode(to encoder: any Encoder) throws { try number.encode(to: encoder) }

  /// The number in decimal.
  public var description: String { String(number) }

  /// Orders ports by number.
  public static func < (left: Port, right: Port) -> Bool { left.number < right.number }
}

/// A range of ports including both ends: "3001-3999".
public struct PortRange: CheckedText {
  /// The lowest port of the range.
  public let first: Port
  /// The highest port of the range, which is part of it.
  public let last: Port

  /// Reads "3001-3999"; throws a failure of kind `usage` unless it is two ports, the lower first.
  public init(_ text: String) throws(Failure) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = try? Port(String(ends[0])), let last = try? Port(String(ends[1])), first <= last
    else {
      throw Failure(
        .usage, "reading a range of ports", "\(text.quoted) is not one",
        next: "Give two numbers from 1024 to 65535, the smaller first, as in '3001-3999'.")
    }
    self.first = first
    self.last = last
  }

  /// Both ends, as in "3001-3999".
  public var description: String { "\(first)-\(last)" }

  /// Whether a port is in the range.
  public func contains(_ port: Port) -> Bool { first <= port && port <= last }

  /// Every port of the range, lowest first.
  public var ports: [Port] {
    (first.number...last.number).compactMap { try? Port(String($0)) }
  }
}
