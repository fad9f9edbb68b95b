#if canImport(Glibc)
  import Glibc
#endif

/// The machine's TCP connections, as the kernel itself counts them (sock_diag(7)).
public enum Connections {
  /// How many established connections a local port has; nil if the kernel does not tell.
  public static func established(on port: UInt16) -> Int? {
    #if os(Linux)
      do {
        let sockets = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue
        let number = socket(AF_NETLINK, Int32(sockets), diagnostics)
        guard number >= 0 else { return nil }
        let kernel = FileDescriptor(number, path: "the kernel's sockets")
        var count = 0
        for family in [AF_INET, AF_INET6] {
          try kernel.write(request(UInt8(family), port))
          while true {
            let answer = Answer(try kernel.read(upTo: 32_768))
            count += answer.sockets
            if answer.isRefused { return nil }
            if answer.isLast { break }
          }
        }
        return count
      } catch { return nil }
    #else
      return nil
    #endif
  }

  /// NETLINK_SOCK_DIAG.
  private static let diagnostics: Int32 = 4
  /// SOCK_DIAG_BY_FAMILY.
  private static let byFamily: UInt16 = 20

  /// A request for all established sockets of a family on this local port: a `nlmsghdr` and an `inet_diag_req_v2`
  /// (linux/inet_diag.h), 72 bytes.
  static func request(_ family: UInt8, _ port: UInt16) -> [UInt8] {
    let dump: [UInt8] = [1, 3]  // NLM_F_REQUEST, NLM_F_DUMP
    let header = [72, 0, 0, 0, UInt8(byFamily), 0] + dump + [UInt8](repeating: 0, count: 8)
    let established: [UInt8] = [1 << 1, 0, 0, 0]
    let body = [family, 6, 0, 0] + established + [UInt8(port >> 8), UInt8(port & 0xff)]
    return header + body + [UInt8](repeating: 0, count: 46)
  }

  /// What the kernel's messages say.
  struct Answer: Equatable {
    var sockets = 0
    var isLast = false
    var isRefused = false

    init(_ bytes: [UInt8]) {
      func number(_ place: Int, _ size: Int) -> Int {
        bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      var place = 0
      while place + 16 <= bytes.count {
        let length = number(place, 4)
        guard length >= 16, place + length <= bytes.count else { break }
        switch UInt16(number(place + 4, 2)) {
        case byFamily: sockets += 1
        case 3: isLast = true  // NLMSG_DONE
        case 2: isRefused = true  // NLMSG_ERROR
        default: break
        }
        place += (length + 3) & ~3
      }
      // If nothing can be read, there is no answer.
      if place == 0 { isRefused = true }
    }
  }
}
