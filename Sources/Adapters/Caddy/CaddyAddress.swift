import Deploy

/// An address that a configuration makes Caddy listen on.
public struct CaddyAddress: Hashable, Sendable, CustomStringConvertible {
  /// Nil for all of the machine's addresses.
  let host: String?
  let port: UInt16

  /// The address and port as a message shows them, such as "127.0.0.1:80", or "port 80" for all addresses.
  public var description: String { host.map { "\(ListeningAddress(host: $0, port: port))" } ?? "port \(port)" }

  /// Whether a program that listens on the other address is in the way.
  func overlaps(_ other: ListeningAddress) -> Bool {
    other.port == port && (host.map { [$0, "0.0.0.0", "::"].contains(other.host) } ?? true)
  }

  /// The addresses in the output of `caddy adapt`, which may also hold warnings.
  static func all(adapted output: String) -> Set<CaddyAddress> {
    let objects = output.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
    return objects.first { $0["apps"] != nil }.map { all(in: $0) } ?? []
  }

  /// The addresses in a configuration, without those that are not TCP or contain a placeholder.
  static func all(in configuration: JSON) -> Set<CaddyAddress> {
    guard let http = configuration["apps"]?["http"] else { return [] }
    let (plain, secure) = (http["http_port"]?.port ?? 80, http["https_port"]?.port ?? 443)
    var all: Set<CaddyAddress> = []
    for server in http["servers"]?.members?.map(\.value) ?? [] {
      guard case .array(let words) = server["listen"] else { continue }
      let own = words.compactMap(\.string).flatMap(read)
      all.formUnion(own)
      // Caddy itself adds the redirects to HTTPS when it loads this.
      let automatic = server["automatic_https"]
      if own.contains(where: { $0.port == secure }), automatic?["disable"] != .bool(true),
        automatic?["disable_redirects"] != .bool(true)
      {
        all.insert(CaddyAddress(host: nil, port: plain))
      }
    }
    return all
  }

  /// Reads `[NETWORK/][HOST]:PORT[-PORT]`.
  static func read(_ text: String) -> [CaddyAddress] {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 1 || parts[0].hasPrefix("tcp"), let colon = parts[parts.count - 1].lastIndex(of: ":") else {
      return []
    }
    let host = parts[parts.count - 1][..<colon].filter { $0 != "[" && $0 != "]" }
    let ends = parts[parts.count - 1][colon...].dropFirst().split(separator: "-").map { UInt16($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return [] }
    let isAll = ["", "0.0.0.0", "::"].contains(host)
    return (first...last).map { CaddyAddress(host: isAll ? nil : host, port: $0) }
  }
}

extension JSON {
  fileprivate var port: UInt16? {
    if case .number(let number) = self { UInt16(exactly: number) } else { nil }
  }
}
