#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The addresses of this machine's network interfaces.
public enum NetworkAddresses {
  /// All addresses, such as "192.0.2.1" and "2001:db8::1", including loopback.
  public static func all() throws(SystemError) -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    try check("listing", "the machine's addresses") { unsafe getifaddrs(&first) }
    defer { unsafe freeifaddrs(first) }
    var addresses: [String] = []
    var next = unsafe first
    while let interface = unsafe next {
      if let address = unsafe text(interface.pointee.ifa_addr) { addresses.append(address) }
      unsafe next = unsafe interface.pointee.ifa_next
    }
    return addresses
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address = unsafe address else { return nil }
    let length: Int
    switch Int32(unsafe address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var buffer = [CChar](repeating: 0, count: 256)
    let status = unsafe getnameinfo(
      address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
