/// Asks an instance for pages and what they load.
public protocol Probe {
  /// Sends an instance one request and returns what comes back.
  ///
  /// - Parameter limit: how long the answer may take to begin, in seconds.
  func ask(_ request: ProbeRequest, of instance: Upstream, within limit: Double) -> ProbeAnswer
}

/// Finds out where programs listen.
public protocol PortListeners {
  /// Where an instance listens: on its port, and on any other that does not belong to an instance.
  ///
  /// - Parameter process: the process that was started for it.
  func listeners(of process: Int32, on port: Port) -> [ListeningAddress]

  /// The addresses on which any program listens on a port.
  func listeners(on port: Port) -> [ListeningAddress]
}

/// A GET request as the proxy would forward it for a visitor.
public struct ProbeRequest: Equatable, Sendable {
  /// The site that the visitor believes to be on.
  public let origin: Origin
  /// Path and query, in printable ASCII.
  public let target: String
  /// The Accept header's value.
  public let accept: String
  /// The Cookie header's value; nil for no such header.
  public let cookies: String?

  /// Makes a request that by default accepts anything and sends no cookies.
  public init(origin: Origin, target: String, accept: String = "*/*", cookies: String? = nil) {
    self.origin = origin
    self.target = target
    self.accept = accept
    self.cookies = cookies
  }

  /// The request's headers. They name a language, as every browser does: apps that choose by it may fail without one.
  public var headers: [(name: String, value: String)] {
    [
      ("Host", origin.authority), ("User-Agent", "nextdeploy"), ("Accept", accept), ("Accept-Encoding", "identity"),
      ("Accept-Language", "en"), ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", origin.authority),
      ("X-Forwarded-Port", String(origin.port)), ("X-Forwarded-Proto", origin.scheme.rawValue),
    ] + (cookies.map { [("Cookie", $0)] } ?? [])
  }
}

/// What came of a request to an instance.
public enum ProbeAnswer: Equatable, Sendable {
  /// It answered in HTTP, whatever the status.
  case response(ProbeResponse)
  /// Nothing is listening there.
  case refused
  /// It accepted the connection but did not answer in time.
  case silent
  /// It answered with something that is not HTTP, or closed the connection; the text says what.
  case broken(String)
}

/// The parts of an HTTP response that a health check looks at.
public struct ProbeResponse: Equatable, Sendable {
  /// The status code, as in 200.
  public var status: Int
  /// The Location header's value.
  public var location: String?
  /// The value of each Set-Cookie header.
  public var cookies: [String] = []
  /// The Content-Type header's value.
  public var type: String?
  /// The Content-Encoding header's value.
  public var encoding: String?
  /// As much of the body as came in time, up to a limit.
  public var body: [UInt8] = []

  /// Makes a response that has only a status by default.
  public init(
    status: Int, location: String? = nil, cookies: [String] = [], type: String? = nil, encoding: String? = nil,
    body: [UInt8] = []
  ) {
    self.status = status
    self.location = location
    self.cookies = cookies
    self.type = type
    self.encoding = encoding
    self.body = body
  }
}

/// An address and port on which a program listens.
public struct ListeningAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The IP address, an IPv6 address without brackets.
  public let host: String
  /// The TCP port, which may be a privileged one.
  public let port: UInt16

  /// Names an address and a port.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether nobody outside the machine can reach it.
  public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

  /// Address and port as in a URL, an IPv6 address in brackets.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Orders addresses by their text.
  public static func < (left: ListeningAddress, right: ListeningAddress) -> Bool {
    left.description < right.description
  }
}
