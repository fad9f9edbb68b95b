/// Asks an instance for pages and what they load, and sees where it listens.
public protocol Probe {
  /// - Parameter limit: seconds that the answer's beginning may take.
  func ask(_ request: ProbeRequest, of instance: Upstream, within limit: Double) -> ProbeAnswer

  /// Where an instance listens: on its port, and on any other that is no instance's.
  ///
  /// - Parameter process: the one that was started for it.
  func listeners(of process: Int32, on port: Port) -> [ListeningAddress]

  /// Where anybody listens on a port.
  func listeners(on port: Port) -> [ListeningAddress]
}

/// A GET as the proxy would hand it on for a visitor.
public struct ProbeRequest: Equatable, Sendable {
  /// Where the visitor believes to be.
  public let origin: Origin
  /// Path and query, printable ASCII.
  public let target: String
  public let accept: String
  /// The Cookie header's value.
  public let cookies: String?

  public init(origin: Origin, target: String, accept: String = "*/*", cookies: String? = nil) {
    self.origin = origin
    self.target = target
    self.accept = accept
    self.cookies = cookies
  }

  /// The request's headers. A language is among them, for every browser names one, and apps that choose by it fail where
  /// none does.
  public var headers: [(name: String, value: String)] {
    [
      ("Host", origin.authority), ("User-Agent", "nextdeploy"), ("Accept", accept), ("Accept-Encoding", "identity"),
      ("Accept-Language", "en"), ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", origin.authority),
      ("X-Forwarded-Port", String(origin.port)), ("X-Forwarded-Proto", origin.scheme.rawValue),
    ] + (cookies.map { [("Cookie", $0)] } ?? [])
  }
}

public enum ProbeAnswer: Equatable, Sendable {
  case response(ProbeResponse)
  /// Nothing listens there.
  case refused
  /// It took the connection and gave no answer in time.
  case silent
  /// It answered something that is not HTTP, or closed the connection.
  case broken(String)
}

/// An answer of HTTP: what of it a health check looks at.
public struct ProbeResponse: Equatable, Sendable {
  public var status: Int
  /// Location.
  public var location: String?
  /// Each Set-Cookie.
  public var cookies: [String] = []
  /// Content-Type.
  public var type: String?
  /// Content-Encoding.
  public var encoding: String?
  /// As much of it as came in time, where it is not too long.
  public var body: [UInt8] = []

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

/// An address and a port on which a program listens.
public struct ListeningAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let host: String
  public let port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether nobody outside of the machine can reach it.
  public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  public static func < (left: ListeningAddress, right: ListeningAddress) -> Bool {
    left.description < right.description
  }
}
