import Deploy
import Posix
import ProcessSupervision

/// A request to a site, made from where and in the way its visitors make theirs, that tells what answered. It
/// waits only for the head of the answer, since a page may never end.
struct SiteCheck {
  let site: Site
  let live: LiveNames.Name
  /// The port on which domains are served without TLS; nil if Caddy gets certificates.
  let plainPort: Port?
  /// Has curl, which speaks TLS, on its PATH.
  let environment: [String: String]
  /// The other ports on which Caddy listens, in case they are not the usual ones.
  let otherPorts: () throws -> [UInt16]

  enum Answer: Equatable {
    /// The answer is what is live.
    case live
    /// Any other answer, with its status and what it redirects to.
    case other(Int, location: String?)
    case refused
    case silent
    /// Caddy spoke TLS, but has no certificate for the name.
    case noCertificate
    case broken(String)
  }

  /// Where the request goes, as a visitor's browser would show it.
  var place: Origin {
    switch site.addresses.first {
    case .domain(let domain):
      plainPort.map { Origin(.http, host: domain.description, port: $0.number) }
        ?? Origin(.https, host: domain.description)
    case .port(let port): Origin(.http, host: "localhost", port: port.number)
    case nil: Origin(.http, host: "localhost")
    }
  }

  func run() throws -> Answer { try Trace.span("request through Caddy") { try answer() } }

  private func answer() throws -> Answer {
    let place = place
    if place.scheme == .http { return try ask(place) }
    let answer = try ask(place)
    if answer == .live || answer == .silent { return answer }
    // If Caddy listens there, it has no other ports for TLS.
    let others = answer == .noCertificate ? [] : try otherPorts()
    var answers = [answer]
    for port in others {
      answers.append(try ask(Origin(.https, host: place.host, port: port)))
      if answers.last == .live { return .live }
    }
    // Until Caddy has a certificate, for example because the domain does not point here yet, its redirect shows that it
    // has the site: it makes one for each site that it serves with TLS.
    guard answers.contains(.noCertificate) else { return answer }
    for port in [Origin.Scheme.http.defaultPort] + others {
      if case .other(let status, let location?) = try ask(Origin(.http, host: place.host, port: port)),
        (300..<400).contains(status), location.hasPrefix("https://\(place.host)")
      {
        return .live
      }
    }
    return answer
  }

  private static let limit = Duration.seconds(10)

  private func ask(_ origin: Origin) throws -> Answer {
    let answer = try origin.scheme == .http ? read(origin) : curl(origin, at: "127.0.0.1")
    if answer != .refused { return answer }
    // A Caddyfile can make Caddy listen on a single address of the machine.
    for host in ConnectionTable.listeners(on: [origin.port]).map(\.address.host) where host != "127.0.0.1" {
      return try curl(origin, at: ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host)
    }
    return .refused
  }

  private func read(_ origin: Origin) throws -> Answer {
    let headers = headers.map { "\($0)\r\n" }.joined()
    do {
      let socket = try Socket(connectingTo: origin.port, within: Self.limit)
      try socket.write(
        "GET \(site.page) HTTP/1.1\r\nHost: \(origin.authority)\r\n\(headers)Connection: close\r\n\r\n")
      var reader = HTTPReader(socket, until: .now + Self.limit)
      return self.answer(try reader.head())
    } catch let error as SystemError {
      return error.isRefusal ? .refused : error.isTimeout ? .silent : .broken(error.reason)
    } catch HTTPReader.Problem.broken(let what) {
      return .broken(what)
    } catch HTTPReader.Problem.late {
      return .silent
    }
  }

  private var headers: [String] {
    ["User-Agent: nextdeploy", "Accept: */*", "Accept-Language: en", "X-Nextdeploy-Check: live-\(live.mark)"]
  }

  private func answer(_ head: HTTPHead) -> Answer {
    if let answered = head.value("x-nextdeploy-live") {
      switch live.destination {
      case .instance(let upstream):
        if answered.hasPrefix("\(upstream) "), answered.last?.isLetter == true { return .live }
      case .files: if answered == "\(live.destination)" { return .live }
      }
    }
    return .other(head.status, location: head.value("location"))
  }

  // MARK: curl

  private func curl(_ origin: Origin, at host: String) throws -> Answer {
    guard let program = Command.find("curl", path: environment["PATH"] ?? "") else {
      return .broken("curl is not on this machine's PATH")
    }
    let command = Command(
      [
        program, "--disable", "--config", "-", "--silent", "--include", "--no-buffer", "--insecure", "--globoff",
        "--path-as-is", "--noproxy", "*", "--max-time", "\(Self.limit.components.seconds)",
      ], environment: environment)
    let (status, output) = try ChildProcess.run(command, input: Array(settings(origin, host).utf8)) {
      Self.head(in: $0) != nil
    }
    if let head = Self.head(in: output) { return answer(head) }
    // curl(1): 7 is a failed connection, 28 a timeout, 35 a failed TLS handshake.
    switch status?.code {
    case 7: return .refused
    case 28: return .silent
    case 35: return .noCertificate
    default: return .broken("curl ended with \(status.map { "\($0)" } ?? "nothing")")
    }
  }

  /// An answer's head, as soon as all of it has arrived. Interim answers come before it.
  static func head(in output: [UInt8]) -> HTTPHead? {
    var rest = output[...]
    while let head = HTTPHead(takenFrom: &rest) { if head.status >= 200 { return head } }
    return nil
  }

  /// Passed on curl's standard input, because others can read its arguments.
  private func settings(_ origin: Origin, _ host: String) -> String {
    let address = host.contains(":") ? "[\(host)]" : host
    let lines =
      [("url", "\(origin)\(site.page)"), ("connect-to", "::\(address):\(origin.port)")]
      + headers.map { ("header", $0) }
    return lines.map { name, value in
      "\(name) = \"\(value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }.map(String.init).joined())\"\n"
    }.joined()
  }
}

extension SiteCheck.Answer {
  /// What to say about the answer if it is not what is live.
  func cause(_ place: Origin) -> String {
    switch self {
    case .live: "\(place) is answered"
    case .other(let status, _): "\(place) was answered with \(status), and not by the new release"
    case .refused: "nothing takes connections for \(place)"
    case .silent: "\(place) was not answered within 10 s"
    case .noCertificate: "Caddy has neither a certificate nor a site for \(place)"
    case .broken(let what): "the answer to \(place) was none (\(what))"
    }
  }
}
