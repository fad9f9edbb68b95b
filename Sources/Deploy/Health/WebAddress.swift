/// A URL of http or https, without its fragment.
struct WebAddress: Hashable, CustomStringConvertible {
  var origin: Origin
  /// Path and query: it begins with "/" and is printable ASCII, so that it can stand in a request's first line.
  let target: String

  /// - Parameter target: a path with its query; what no URL may have in it is percent-encoded.
  init(_ origin: Origin, _ target: String) {
    self.origin = origin
    self.target = Self.encoded(target.hasPrefix("/") ? target : "/\(target)")
  }

  /// What a reference in a page, or a Location header, means here, read as leniently as browsers do (URL Standard). Nil
  /// if it is not a URL of http or https, or cannot be understood.
  func resolving(_ reference: String) -> WebAddress? {
    var rest = Self.cleaned(reference)[...]
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    var scheme = origin.scheme
    if let colon = Self.endOfScheme(in: rest) {
      guard let named = Origin.Scheme(rawValue: rest[..<colon].lowercased()) else { return nil }
      scheme = named
      rest = rest[rest.index(after: colon)...]
      // "https:page" is relative where the page is of https too; anywhere else the slashes are taken for granted.
      if !Self.isSlash(rest.first), scheme != origin.scheme { rest = "//" + rest }
    }
    if Self.isSlash(rest.first), Self.isSlash(rest.dropFirst().first) {
      let authority = rest.drop(while: Self.isSlash).prefix { !Self.isSlash($0) && $0 != "?" }
      guard let origin = Origin(scheme, authority: authority) else { return nil }
      return WebAddress(origin, Self.withoutDots(String(rest[authority.endIndex...])))
    }
    let path = target.prefix { $0 != "?" }
    guard let first = rest.first else { return WebAddress(origin, target) }
    if first == "?" { return WebAddress(origin, "\(path)\(rest)") }
    if Self.isSlash(first) { return WebAddress(origin, Self.withoutDots(String(rest))) }
    let directory = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
    return WebAddress(origin, Self.withoutDots("\(directory)\(rest)"))
  }

  var description: String { "\(origin)\(target)" }

  // MARK: Reading

  /// Browsers leave out spaces around a URL, and line ends and tabs within it. What is left is printable ASCII.
  private static func cleaned(_ text: String) -> String {
    let bytes = text.utf8.filter { ![0x09, 0x0A, 0x0D].contains($0) }.drop { $0 <= 0x20 }
    return encoded(String(decoding: bytes.reversed().drop { $0 <= 0x20 }.reversed(), as: UTF8.self))
  }

  private static func isSlash(_ character: Character?) -> Bool { character == "/" || character == "\\" }

  /// The colon that ends a scheme, where the text begins with one.
  private static func endOfScheme(in text: Substring) -> Substring.Index? {
    guard let colon = text.firstIndex(where: { ":/?\\".contains($0) }), text[colon] == ":",
      let first = text.utf8.first, first.isLetter,
      text[..<colon].utf8.allSatisfy({ $0.isLetterOrDigit || "+-.".utf8.contains($0) })
    else { return nil }
    return colon
  }

  /// Takes "." and ".." out of a path (RFC 3986, 5.2.4); a query stays as it is.
  private static func withoutDots(_ target: String) -> String {
    let path = target.prefix { $0 != "?" }
    var kept: [Substring] = []
    let parts = path.split(omittingEmptySubsequences: false, whereSeparator: isSlash).dropFirst()
    for (place, part) in parts.enumerated() {
      let isLast = place == parts.count - 1
      switch part.lowercased() {
      case ".", "%2e": if isLast { kept.append("") }
      case "..", ".%2e", "%2e.", "%2e%2e":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(part)
      }
    }
    return "/" + kept.joined(separator: "/") + target[path.endIndex...]
  }

  /// With what no URL may have in it percent-encoded.
  static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte > 0x20, byte < 0x7F, !#""<>`"#.utf8.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += SiteText.encoded(byte).utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Origin {
  /// The origin named by the part of a URL between "//" and the path; nil if the host is not ASCII.
  init?(_ scheme: Scheme, authority: Substring) {
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let end =
      place.hasPrefix("[") ? place.firstIndex(of: "]").map { place.index(after: $0) } : place.firstIndex(of: ":")
    let host = place[..<(end ?? place.endIndex)]
    let rest = place[host.endIndex...]
    let port = rest.isEmpty || rest == ":" ? scheme.defaultPort : UInt16(rest.dropFirst())
    guard let port, rest.isEmpty || rest.first == ":", host.hasPrefix("[") == host.hasSuffix("]"),
      (1...255).contains(host.utf8.count),
      host.utf8.allSatisfy({ $0.isLetterOrDigit || "-._~[]:".utf8.contains($0) })
    else { return nil }
    self.init(scheme, host: String(host), port: port)
  }
}
