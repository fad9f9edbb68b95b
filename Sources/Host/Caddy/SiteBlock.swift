import Deploy
import Templates

/// One app's site block, in the words that the Caddy at hand knows.
struct SiteBlock: Equatable {
  let site: Site
  /// Where domains are served without TLS; nil where Caddy gets certificates.
  let plainPort: Port?
  /// Nil where it is not known: then nothing is used that an older one would refuse.
  let caddy: Version?

  var text: String {
    Templates.site([
      "APP": site.app.description,
      "ADDRESSES": site.addresses.map(address).joined(separator: ", "),
      "UPSTREAM": site.upstream.description,
      "VISITOR_PORT": String(visitorPort),
      "INTERNAL": internalOrigin,
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

  /// The port that the site has for itself; nil where it has a domain.
  private var ownPort: Port? {
    if case .port(let port) = site.addresses.first { port } else { nil }
  }

  /// A regular expression for what only this machine can reach: the instance's own port of a loopback address, and the
  /// site's, for an app without a domain may take that for its name. Any other port can be a program on the visitor's
  /// machine, as where one logs in on a command line.
  private var internalOrigin: String {
    let ports = [site.upstream.port, ownPort].compactMap { $0?.description }.joined(separator: "|")
    return #"(?:https?:)?//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(?:\#(ports))(?:[/\\\t]+|$|([?#;'"]))"#
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
