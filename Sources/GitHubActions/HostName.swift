public import Deploy

/// A server's name or address, as ssh accepts it: a host name, an IPv4 address, or an IPv6 address without brackets.
///
/// It is written into YAML, URLs and known_hosts, so it must not contain anything that has a meaning there.
public struct HostName: Hashable, Sendable, CustomStringConvertible {
  /// The name or address as it was given, an IPv6 address without brackets.
  public let description: String

  /// Takes a host name or an address; throws if the text is neither.
  public init(_ text: String) throws(Failure) {
    guard Self.isAddress(text) || Self.isName(text) else {
      throw Failure(
        .usage, "reading a server's name", "\(text.quoted) is neither a host name nor an address",
        next: "Give it as ssh takes it, as in 'shop.example.com', '203.0.113.9' or '[2001:db8::9]'.")
    }
    description = text
  }

  /// As it is written in a URL, with an IPv6 address in brackets.
  var inURL: String { isIPv6 ? "[\(description)]" : description }

  var isIPv6: Bool { description.contains(":") }

  /// Whether it is an address that cannot be reached from outside its network (RFC 1918, RFC 4193, loopback,
  /// link-local).
  public var isPrivate: Bool {
    if isIPv6 {
      let address = description.lowercased()
      return address == "::1" || ["fc", "fd", "fe8", "fe9", "fea", "feb"].contains { address.hasPrefix($0) }
    }
    let parts = description.split(separator: ".").map { UInt8($0) }
    guard parts.count == 4, let first = parts[0], let second = parts[1] else { return description == "localhost" }
    return first == 10 || first == 127 || (first, second) == (192, 168) || (first, second) == (169, 254)
      || first == 172 && (16...31).contains(second)
  }

  private static func isName(_ text: String) -> Bool {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
          && label.allSatisfy { $0.isWordPart || $0 == UInt8(ascii: "-") }
      }
  }

  /// Whether it consists of the characters of an IPv6 address, grouped like one (RFC 4291, section 2.2).
  private static func isAddress(_ text: String) -> Bool {
    let groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return (3...9).contains(groups.count)
      && groups.dropLast().allSatisfy { $0.count <= 4 && $0.allSatisfy(\.isHexDigit) }
      && groups.last.map { $0.count <= 15 && $0.allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: ".") } }
        ?? false
  }
}
