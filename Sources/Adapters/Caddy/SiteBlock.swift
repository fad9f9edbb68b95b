import Deploy
import Templates

/// One app's site block, in the syntax that this version of Caddy knows.
struct SiteBlock: Equatable {
  let site: Site
  /// The port on which domains are served without TLS; nil if Caddy gets certificates.
  let plainPort: Port?
  /// Nil if the version is unknown; then nothing is used that an older one would reject.
  let caddy: Version?
  /// The name that said where requests go when the block was written.
  let live: LiveNames.Name
  /// The directory of names that Caddy reads for each request; nil if the block itself says where requests go.
  let names: String?
  /// What Caddy serves of the app from the disk (``PublicDirectory``); nil for a Caddy that cannot look for it.
  let files: String?
  /// The ways in which releases that are files are served, and where these are; none for an app that is started. Up to a
  /// switch there may be two, that of the release that was live and that of the one that goes live.
  var parts: [FilesPart] = []
  /// Parts that the file has beside these, to which no request goes any more (``text(keeping:)``).
  var formerParts = FormerParts()
  /// Whether requests may go to an instance.
  var hasProcess = true

  /// Whether this Caddy can look for the live instance by itself.
  static func canLook(_ caddy: Version?, in names: String) -> Bool {
    // Only characters that mean nothing special to the Caddyfile and the pattern of names.
    names.isPlain(and: "-./") && caddy.map { ($0.major, $0.minor) >= (2, 6) } ?? false
  }

  var text: String {
    get throws {
      let addresses = site.addresses.map(address).joined(separator: ", ")
      return hasProcess ? try processText(addresses) : try staticText(addresses)
    }
  }

  private func processText(_ addresses: String) throws -> String {
    Templates.site([
      "APP": site.app.description,
      "ADDRESSES": addresses,
      "LIVE": Self.inner(whereLive),
      "VISITOR_PORT": String(visitorPort),
      "INTERNAL": Self.followed.map(rewriting).joined(separator: "\n"),
      "FOLLOWED": Self.inner(Self.followed.map(handling).joined(separator: "\n")),
      "KEPT": snippet + kept, "DIRECT": try staticParts + Self.inner(direct), "GONE": Self.inner(gone),
      "PUBLIC": folder,
      "STREAMS": streams,
    ])
  }

  /// The lines as they stand one block further in.
  static func inner(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "\t\($0)" }.joined(separator: "\n")
  }

  /// The address as Caddy writes it: "shop.example.com" or "http://:8080".
  private func address(_ address: SiteAddress) -> String {
    switch address {
    case .domain(let domain): plainPort.map { "http://\(domain):\($0)" } ?? domain.description
    case .port(let port): Self.address(port)
    }
  }

  /// How Caddy writes the port of an app without a domain.
  static func address(_ port: Port) -> String { "http://:\(port)" }

  /// The port that a visitor's connection comes to.
  var visitorPort: UInt16 { ownPort?.number ?? plainPort?.number ?? 443 }

  /// The site's own port; nil if it has a domain.
  private var ownPort: Port? {
    if case .port(let port) = site.addresses.first { port } else { nil }
  }

  /// How Caddy learns where the live instance is. A map is read when it is used, the names once per request.
  private var whereLive: String {
    guard let names else {
      guard case .instance(let upstream) = live.destination else { return "" }
      return """
        \tmap {host} {live} {live_port} {live_mark} {
        \t\tdefault \(upstream) \(upstream.port) \(live.mark)
        \t}
        """
    }
    // What a matcher found is overwritten by the next one's.
    let look = hasParts ? "\tmap {http.vars.name}" : "\(Self.look(in: names))\n\tmap {http.vars.name}"
    return """
      \(look) {live} {live_port} {live_mark} {
      \t\t`~^/?[0-9]+-((?:127\\.0\\.0\\.1|\\[::1\\]):([0-9]+))-([0-9a-f]+)$` ${1} ${2} ${3}
      \t}
      """
  }

  /// Keeps the name for as long as the request lasts.
  static func look(in names: String) -> String {
    """
    \t@name file {
    \t\troot \(names)
    \t\ttry_files *
    \t}
    \tvars @name name {http.matchers.file.relative}
    """
  }

  // MARK: What a browser follows

  /// A header that a browser, or Next.js's client, follows, and what may stand before the address in it.
  private typealias Followed = (header: String, before: String)

  private static let followed: [Followed] = [
    ("Location", "()"), ("X-Nextjs-Redirect", "()"), ("X-Action-Redirect", "()"),
    ("Refresh", #"([^;,]*[;,]\s*(?:url\s*=\s*)?["']?)"#),
  ]

  /// An address that only this machine can reach, with its port and whatever may follow.
  private static let internalOrigin =
    #"(?:https?:)?//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):([0-9]+)(?:[/\\\t]+|$|([?#;'"]))"#

  /// Rewrites a header if its port is the live instance's, or the site's, which an app without a domain may take for
  /// its own. The port is only known at the request, so that the block need not change with it.
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

  /// Longer than any drain: the drain decides how long a connection to the old release may last. A reload affects the
  /// sites of all apps, and must not end the connections of the others. The old configuration stays in Caddy's memory
  /// while it has a connection, so this is not forever.
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
