#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Telling a service's state to systemd (sd_notify(3)).
public enum Notification {
  /// Sends lines such as "STATUS=draining" as one datagram.
  ///
  /// - Parameter path: the socket, from NOTIFY_SOCKET; one in the abstract namespace begins with "@".
  public static func send(_ text: String, to path: String) throws(SystemError) {
    #if canImport(Glibc)
      let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
      let type = SOCK_DGRAM
    #endif
    let descriptor = FileDescriptor(try check("connecting to", path) { systemSocket(type) }, path: path)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemError("connecting to", path, code: ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bytes = Array(text.utf8)
    try check("writing to", path) {
      unsafe withUnsafePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          unsafe bytes.withUnsafeBytes { bytes in
            unsafe sendto(descriptor.number, bytes.baseAddress, bytes.count, 0, address, length)
          }
        }
      }
    }
  }
  private static func systemSocket(_ type: Int32) -> Int32 { socket(AF_UNIX, type, 0) }
}
