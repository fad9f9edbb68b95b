/// A TCP port that needs no privilege to listen on.
public struct Port: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public let number: UInt16

  public init(_ text: String) throws(Failure) {
    guard let number = UInt16(text), number >= 1024, text.utf8.allSatisfy(\.isDigit) else {
      throw Failure(.usage, "reading a port", "\(text.quoted) is not one", next: "Give a number from 1024 to 65535.")
    }
    self.number = number
  }

  public init(from decoder: any Decoder) throws {
    try self.init(String(UInt16(from: decoder)))
  }

  public func encode(to encoder: any Encoder) throws { try number.encode(to: encoder) }

  public var description: String { String(number) }

  public static func < (left: Port, right: Port) -> Bool { left.number < right.number }
}

/// Ports from one to another, both included: "3001-3999".
public struct PortRange: Hashable, Codable, Sendable, CustomStringConvertible {
  public let first: Port
  public let last: Port

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

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  public var description: String { "\(first)-\(last)" }

  public func contains(_ port: Port) -> Bool { first <= port && port <= last }

  public var ports: [Port] {
    (first.number...last.number).compactMap { try? Port(String($0)) }
  }
}
