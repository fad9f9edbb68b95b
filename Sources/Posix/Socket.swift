#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// TCP on this machine's loopback addresses.
public struct Socket: ~Copyable {
  /// A loopback address: 127.0.0.1 or ::1.
  public enum Address: Sendable { case v4, v6 }

  private let descriptor: FileDescriptor

  /// Connects to a port of this machine. If the port's queue is full, this takes as long as `limit` (the kernel alone:
  /// two minutes).
  public init(connectingTo port: UInt16, at address: Address = .v4, within limit: Duration) throws(SystemError) {
    let (family, host, subject) =
      address == .v4 ? (AF_INET, "127.0.0.1", "127.0.0.1:\(port)") : (AF_INET6, "::1", "[::1]:\(port)")
    let number = try check("connecting to", subject) { Self.make(family) }
    let descriptor = FileDescriptor(number, path: subject)
    let milliseconds = max(1, Int(limit.milliseconds))
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: .init(milliseconds % 1000 * 1000))
    try check("connecting to", subject) {
      unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    try check("connecting to", subject) {
      unsafe Self.withAddress(family, host, port) { unsafe connect(number, $0, $1) }
    }
    // If nobody listens on a port from the range for outgoing connections, a socket can connect to itself.
    if Self.localPort(of: number) == port { throw SystemError("connecting to", subject, code: ECONNREFUSED) }
    self.descriptor = descriptor
  }

  /// Sends the text as UTF-8.
  public func write(_ text: String) throws(SystemError) {
    try descriptor.write(text.utf8)
  }

  /// Reads the next bytes; empty at the end of the stream, nil if none came in time.
  public func read(upTo count: Int, within limit: Duration) throws(SystemError) -> [UInt8]? {
    try descriptor.isReadable(within: limit) ? descriptor.read(upTo: count) : nil
  }

  /// Whether nothing listens on a port, on the loopback addresses or on all of the machine's.
  public static func isFree(_ port: UInt16) -> Bool {
    do throws(SystemError) {
      try tryListening(on: port)
      for host in ["127.0.0.1", "::1"] { try tryListening(on: port, of: host) }
      return true
    } catch { return isMissing(error) }
  }

  /// Whether no socket at all has the port: none that listens, none that may yet, and none that recently had a
  /// connection.
  public static func isUnbound(_ port: UInt16) -> Bool {
    do throws(SystemError) {
      for host in [nil, "0.0.0.0"] { try tryListening(on: port, of: host, sharing: false) }
      return true
    } catch { return false }
  }

  /// Whether this machine does not have the address, such as ::1 on a machine without IPv6.
  private static func isMissing(_ error: SystemError) -> Bool {
    error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL
  }

  /// Listens for a moment; throws the reason if this process cannot.
  ///
  /// - Parameters:
  ///   - host: an IP address of this machine; nil for all of them, including IPv6 if the machine has it.
  ///   - sharing: whether to listen as servers do, so that a socket that does not listen does not block the port.
  public static func tryListening(
    on port: UInt16, of host: String? = nil, sharing: Bool = true
  ) throws(SystemError) {
    if let host { return try tryListening(host.contains(":") ? AF_INET6 : AF_INET, host, port, sharing) }
    do { try tryListening(AF_INET6, nil, port, sharing) } catch {
      // Without IPv6, all addresses are IPv4 addresses.
      guard isMissing(error) else { throw error }
      try tryListening(AF_INET, nil, port, sharing)
    }
  }

  private static func tryListening(
    _ family: Int32, _ host: String?, _ port: UInt16, _ isSharing: Bool
  ) throws(SystemError) {
    let subject = "\(host ?? "*"):\(port)"
    let number = try check("listening on", subject) { make(family) }
    defer { _ = close(number) }
    // Connections in TIME_WAIT then do not block the port.
    var shares: Int32 = isSharing ? 1 : 0
    unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &shares, socklen_t(MemoryLayout<Int32>.size))
    try check("listening on", subject) { unsafe withAddress(family, host, port) { unsafe bind(number, $0, $1) } }
    try check("listening on", subject) { listen(number, 1) }
  }

  /// A port of 127.0.0.1 on which nobody listens; it is nobody's yet, so that another program may take it first.
  public static func freePort() throws(SystemError) -> UInt16 {
    let number = try check("listening on", "a free port") { make(AF_INET) }
    defer { _ = close(number) }
    try check("listening on", "a free port") {
      unsafe withAddress(AF_INET, "127.0.0.1", 0) { unsafe bind(number, $0, $1) }
    }
    guard let port = localPort(of: number) else { throw SystemError("listening on", "a free port") }
    return port
  }

  private static func localPort(of number: Int32) -> UInt16? {
    // The port is at the same offset in both kinds of address.
    var place = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let status = unsafe withUnsafeMutablePointer(to: &place) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &size) }
    }
    return status == 0 ? UInt16(bigEndian: place.sin6_port) : nil
  }

  private static func make(_ family: Int32) -> Int32 {
    #if canImport(Glibc)
      socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    #else
      socket(family, SOCK_STREAM, 0)
    #endif
  }

  /// Lends the socket address of a port at an IP address, or at all of the machine's in a family; -1 (EINVAL) if the text
  /// is no address.
  private static func withAddress(
    _ family: Int32, _ host: String?, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    let isFour = family == AF_INET
    let read = host.map { host in
      unsafe isFour ? inet_pton(family, host, &four.sin_addr) : inet_pton(family, host, &six.sin6_addr)
    }
    guard read ?? 1 == 1 else {
      errno = EINVAL
      return -1
    }
    return unsafe isFour ? withBytes(of: &four, body) : withBytes(of: &six, body)
  }

  private static func withBytes<Place>(
    of place: inout Place, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafePointer(to: &place) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<Place>.size))
      }
    }
  }
}
