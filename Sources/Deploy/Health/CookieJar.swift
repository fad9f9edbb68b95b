/// The cookies that a site has set during one visit: as much of RFC 6265 as is needed by a middleware that sets one,
/// redirects, and looks for it.
struct CookieJar: Equatable {
  private var cookies: [(name: String, value: String)] = []

  /// The Cookie header's value; nil if there are none.
  var header: String? { cookies.isEmpty ? nil : cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; ") }

  /// Takes what a Set-Cookie header says.
  ///
  /// - Parameter origin: where it was said; a browser sends a secure cookie back to no plain HTTP but this machine's.
  mutating func set(_ line: String, by origin: Origin) {
    let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
    guard let equals = parts[0].firstIndex(of: "=") else { return }
    let name = parts[0][..<equals].trimmed
    let value = parts[0][parts[0].index(after: equals)...].trimmed
    guard !name.isEmpty, "\(name)\(value)".utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return }
    let attributes = parts.dropFirst().map { $0.lowercased() }
    if attributes.contains("secure"), origin.scheme == .http, !origin.isLoopback { return }
    cookies.removeAll { $0.name == name }
    // A server takes a cookie back by one that has long ended.
    let isOver = attributes.contains { attribute in
      attribute.hasPrefix("max-age=0") || attribute.hasPrefix("max-age=-")
        || attribute.hasPrefix("expires=") && attribute.contains("1970")
    }
    // Servers refuse headers that are much longer.
    let length = (header ?? "").utf8.count + name.utf8.count + value.utf8.count
    if !isOver, length < 8192 { cookies.append((String(name), String(value))) }
  }

  static func == (left: CookieJar, right: CookieJar) -> Bool { left.header == right.header }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
