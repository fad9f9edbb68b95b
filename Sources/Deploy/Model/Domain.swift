/// A domain name by the rules for host names (RFC 1123): letters, digits, hyphens and dots.
public struct Domain: CheckedText, Comparable {
  /// The name in lowercase, as in "shop.example.com".
  public let description: String

  /// Checks a name of at least two labels and lowercases it; throws a failure of kind `usage` otherwise.
  public init(_ text: String) throws(Failure) {
    let name = text.lowercased()
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.count > 1,
      labels.allSatisfy({ label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "-") }
      })
    else {
      throw Failure(
        .usage, "reading a domain", "\(text.quoted) is not a domain name",
        next: "Give the bare name, without http:// and port, as in 'shop.example.com'.")
    }
    description = name
  }
}

extension Array where Element: Hashable {
  /// Each element once, in the order of first appearance.
  public func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
