import Deploy
import Templates

/// One app's site block, in the words that the Caddy at hand knows.
struct SiteBlock: Equatable {
  let app: AppName
  /// As Caddy writes addresses: "shop.example.com", "http://:8080".
  let addresses: [String]
  let upstream: Upstream
  /// Nil where it is not known: then nothing is used that an older one would refuse.
  let caddy: Version?

  var text: String {
    Templates.site([
      "APP": app.description,
      "ADDRESSES": addresses.joined(separator: ", "),
      "UPSTREAM": upstream.description,
      "STREAMS": streams,
    ])
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
