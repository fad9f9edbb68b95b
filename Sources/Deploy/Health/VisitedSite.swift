/// A site as a visitor knows it: which addresses are its own, and which none of its visitors can reach.
struct VisitedSite {
  /// Where it is reached.
  let origin: Origin
  /// The other names of the app, which lead to the same instance.
  let otherHosts: [String]
  /// Where the instance listens, behind the proxy.
  let instance: Port

  enum Place: Equatable {
    /// The site's, as its visitors would ask for it in the end.
    case own(WebAddress)
    /// Only programs of the server itself can reach it.
    case inside
    /// Another site, or nothing of the web.
    case elsewhere
  }

  /// Where an address leads that the site gives to its visitors.
  func place(of address: WebAddress) -> Place {
    let other = address.origin
    if other.port == instance.number { return .inside }
    if isOwn(other) {
      var address = address
      // The proxy sends visitors who come by plain HTTP to where TLS is.
      if origin.scheme == .https { address.origin = Origin(.https, host: other.host, port: origin.port) }
      return .own(address)
    }
    return other.isLoopback ? .inside : .elsewhere
  }

  private func isOwn(_ other: Origin) -> Bool {
    let isHost = other.host == origin.host || otherHosts.contains(other.host) || other.isLoopback && origin.isLoopback
    guard isHost else { return false }
    // A site that is reached by plain HTTP may have its TLS from something that stands before it.
    return other.port == origin.port || (other.scheme, other.port) == (.https, 443)
      || origin.scheme == .https && (other.scheme, other.port) == (.http, 80)
  }
}

extension Origin {
  /// Whether it is this machine itself, for whoever asks.
  var isLoopback: Bool {
    let name = host.hasSuffix(".") ? host.dropLast() : host[...]
    return name == "localhost" || name.hasSuffix(".localhost") || ["0.0.0.0", "[::1]", "[::]"].contains(name)
      || name.hasPrefix("127.") && name.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
  }
}
