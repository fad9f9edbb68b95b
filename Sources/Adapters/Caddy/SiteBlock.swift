import Deploy
import Templates

/// One app's site block, in the words that the Caddy at hand knows.
struct SiteBlock: Equatable {
  let site: Site
  /// Where domains are served without TLS; nil if Caddy gets certificates.
  let plainPort: Port?
  /// Nil if it is not known: then nothing is used that an older one would refuse.
  let caddy: Version?
  /// Where requests go as it is written.
  let live: LiveNames.Name
  /// The directory of names in which Caddy looks at each request; nil if the block says itself where requests go.
  let names: String?

  /// Whether this Caddy can look for the live instance by itself.
  static func canLook(_ caddy: Version?, in names: String) -> Bool {
    // In what the Caddyfile and the pattern of names read as it is written.
    let isPlain = names.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "-")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "_")
    }
    return isPlain && caddy.map { ($0.major, $0.minor) >= (2, 6) } ?? false
  }

  var text: String {
    Templates.site([
      "APP": site.app.description,
      "ADDRESSES": site.addresses.map(address).joined(separator: ", "),
      "LIVE": whereLive,
      "VISITOR_PORT": String(visitorPort),
      "INTERNAL": Self.followed.map(rewriting).joined(separator: "\n"),
      "FOLLOWED": Self.followed.map(handling).joined(separator: "\n"),
      "STREAMS": streams,
    ])
  }

  /// As Caddy writes it: "shop.example.com", "http://:8080".
  private func address(_ address: SiteAddress) -> String {
    switch address {
    case .domain(let domain): plainPort.map { "http://\(domain):\($0)" } ?? domain.description
    case .port(let port): Self.address(port)
    }
  }

  /// How Caddy writes a port of its own for an app without a domain.
  static func address(_ port: Port) -> String { "http://:\(port)" }

  /// The port that a visitor's connection comes to.
  var visitorPort: UInt16 { ownPort?.number ?? plainPort?.number ?? 443 }

  /// The port that the site has for itself; nil if it has a domain.
  private var ownPort: Port? {
    if case .port(let port) = site.addresses.first { port } else { nil }
  }

  /// How Caddy learns where the live instance is. A map is read when it is asked for, the names once a request.
  private var whereLive: String {
    guard let names else {
      return """
        \tmap {host} {live} {live_port} {live_mark} {
        \t\tdefault \(live.upstream) \(live.upstream.port) \(live.mark)
        \t}
        """
    }
    return """
      \t@live file {
      \t\troot \(names)
      \t\ttry_files *
      \t}
      \tmap @live {http.matchers.file.relative} {live} {live_port} {live_mark} {
      \t\t`~^/?[0-9]+-((?:127\\.0\\.0\\.1|\\[::1\\]):([0-9]+))-([0-9a-f]+)$` ${1} ${2} ${3}
      \t}
      """
  }

  // MARK: What a browser follows

  /// A header that a browser, or Next.js's client, follows: what in it may come before the address.
  private typealias Followed = (header: String, before: String)

  private static let followed: [Followed] = [
    ("Location", "()"), ("X-Nextjs-Redirect", "()"), ("X-Action-Redirect", "()"),
    ("Refresh", #"([^;,]*[;,]\s*(?:url\s*=\s*)?["']?)"#),
  ]

  /// An address of this machine alone, with its port and what may come after that.
  private static let internalOrigin =
    #"(?:https?:)?//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):([0-9]+)(?:[/\\\t]+|$|([?#;'"]))"#

  /// Rewrites a header where its port is the live instance's, or the site's, for an app without a domain may take that
  /// for its name. That is only known at the request, so that the block need not change with the port.
  private func rewriting(_ followed: Followed) -> String {
    let name = followed.header.lowercased()
    let pattern = "(?i)^\(followed.before)\(Self.internalOrigin)"
    return """
      \tmap {http.reverse_proxy.header.\(followed.header)} {\(name)_port} {
      \t\t`~\(pattern)` ${2}
      \t}
      \t@\(name) vars {\(name)_port} \(["{live_port}", ownPort?.description].compactMap { $0 }.joined(separator: " "))
      \theader @\(name) {
      \t\t\(followed.header) `\(pattern)` $1/$3
      \t\tdefer
      \t}
      """
  }

  private func handling(_ followed: Followed) -> String {
    let name = followed.header.lowercased()
    return """
      \t\t@\(name) header \(followed.header) *
      \t\thandle_response @\(name) {
      \t\t\timport nextdeploy-\(site.app)
      \t\t}
      """
  }

  /// Longer than any drain: how long a connection of the old release may go on is the drain's to say. A reload is one
  /// of all apps' sites, and those of the others shall not end with it. The old configuration stays in Caddy's memory
  /// as long as a connection of it, so it is not forever.
  private var streams: String {
    guard let caddy, (caddy.major, caddy.minor) >= (2, 7) else {
      return "# This Caddy closes WebSockets whenever it loads a site; one from 2.7 on would keep them."
    }
    return """
      # WebSockets outlive a reload: those of the app's old release until its drain ends, other apps' for a day.
      \t\tstream_close_delay 24h
      """
  }
}
