import Glibc

/// TCP on this machine's loopback addresses.
public struct Socket: ~Copyable {
  /// A loopback address: 127.0.0.1 or ::1.
  public enum Address: Sendable { case v4, v6 }

  private let descriptor: FileDescriptor

  /// Connects to a port of this machine. If the port's queue is full, this takes as long as `limit` (the kernel alone:
  /// two minutes).
  public init(connectingTo port: UInt16, at address: Address = .v4, within limit: Duration) throws(SystemError) {
    let subject = address == .v4 ? "127.0.0.1:\(port)" : "[::1]:\(port)"
    let number = try check("connecting to", subject) { Self.make(address == .v4 ? AF_INET : AF_INET6) }
    let descriptor = FileDescriptor(number, path: subject)
    let milliseconds = max(1, Int(limit.milliseconds))
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: .init(milliseconds % 1000 * 1000))
    try check("connecting to", subject) {
      unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    try check("connecting to", subject) {
      unsafe Self.withLoopback(address, port) { unsafe connect(number, $0, $1) }
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
    let milliseconds = limit.milliseconds
    var watched = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    let ready = try check("reading from", descriptor.path) { unsafe poll(&watched, 1, milliseconds) }
    return ready == 0 ? nil : try descriptor.read(upTo: count)
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
    let subject = "\(host ?? "*"):\(port)"
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    if let host, unsafe inet_pton(AF_INET, host, &four.sin_addr) == 1 {
      return try tryListening(four, AF_INET, subject, sharing)
    }
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    if let host, unsafe inet_pton(AF_INET6, host, &six.sin6_addr) != 1 {
      throw SystemError("listening on", subject, code: EINVAL)
    }
    do { try tryListening(six, AF_INET6, subject, sharing) } catch {
      // Without IPv6, all addresses are IPv4 addresses.
      guard host == nil, isMissing(error) else { throw error }
      try tryListening(four, AF_INET, subject, sharing)
    }
  }

  private static func tryListening<Address>(
    _ address: Address, _ family: Int32, _ subject: String, _ isSharing: Bool
  ) throws(SystemError) {
    let number = try check("listening on", subject) { make(family) }
    defer { _ = close(number) }
    // Connections in TIME_WAIT then do not block the port.
    var shares: Int32 = isSharing ? 1 : 0
    unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &shares, socklen_t(MemoryLayout<Int32>.size))
    try check("listening on", subject) {
      unsafe withUnsafePointer(to: address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(number, $0, socklen_t(MemoryLayout<Address>.size))
        }
      }
    }
    try check("listening on", subject) { listen(number, 1) }
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
    socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  private static func withLoopback(
    _ address: Address, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    switch address {
    case .v4:
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = port.bigEndian
      place.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      return unsafe withBytes(of: &place, body)
    case .v6:
      var place = sockaddr_in6()
      place.sin6_family = sa_family_t(AF_INET6)
      place.sin6_port = port.bigEndian
      place.sin6_addr = in6addr_loopback
      return unsafe withBytes(of: &place, body)
    }
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
