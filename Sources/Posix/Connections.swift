#if canImport(Glibc)
  import Glibc
#endif

/// The machine's TCP sockets, as the kernel itself tells of them (sock_diag(7)): without its table, which takes it longer
/// to go through than there are connections to list.
public enum Connections {
  /// A socket, and whose it is.
  public struct Entry: Equatable, Sendable {
    /// Its local address: 4 bytes, or 16 of IPv6.
    public let address: [UInt8]
    /// Its local port.
    public let port: UInt16
    /// The number of the user who made it.
    public let user: UInt32
    /// Its number.
    public let inode: UInt32
  }

  /// How many established connections a local port has; nil if the kernel does not tell.
  public static func established(on port: UInt16) -> Int? { sockets(in: 1, on: port)?.count }

  /// The sockets that listen; nil if the kernel does not tell.
  public static func listening() -> [Entry]? { sockets(in: 10, on: 0) }

  private static func sockets(in state: UInt8, on port: UInt16) -> [Entry]? {
    #if os(Linux)
      do {
        let sockets = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue
        let number = socket(AF_NETLINK, Int32(sockets), diagnostics)
        guard number >= 0 else { return nil }
        let kernel = FileDescriptor(number, path: "the kernel's sockets")
        var found: [Entry] = []
        for family in [AF_INET, AF_INET6] {
          try kernel.write(request(UInt8(family), state, port))
          while true {
            let answer = Answer(try kernel.read(upTo: 32_768))
            found += answer.entries
            if answer.isRefused { return nil }
            if answer.isLast { break }
          }
        }
        return found
      } catch { return nil }
    #else
      return nil
    #endif
  }

  /// NETLINK_SOCK_DIAG.
  private static let diagnostics: Int32 = 4
  /// SOCK_DIAG_BY_FAMILY.
  private static let byFamily: UInt16 = 20

  /// A request for all sockets of a family that are in a state, on this local port, or on any where it is 0: a `nlmsghdr`
  /// and an `inet_diag_req_v2` (linux/inet_diag.h), 72 bytes.
  static func request(_ family: UInt8, _ state: UInt8, _ port: UInt16) -> [UInt8] {
    let dump: [UInt8] = [1, 3]  // NLM_F_REQUEST, NLM_F_DUMP
    let header = [72, 0, 0, 0, UInt8(byFamily), 0] + dump + [UInt8](repeating: 0, count: 8)
    // The four bytes of a set of states.
    let states = (0..<4).map { UInt8(truncatingIfNeeded: (UInt32(1) << state) >> (8 * $0)) }
    let body = [family, 6, 0, 0] + states + [UInt8(port >> 8), UInt8(port & 0xff)]
    return header + body + [UInt8](repeating: 0, count: 46)
  }

  /// What the kernel's messages say.
  struct Answer: Equatable {
    var entries: [Entry] = []
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
        case byFamily:
          // An inet_diag_msg, 72 bytes: the family, the local port at 4, its address at 8, at its end user and inode.
          guard length >= 16 + 72 else {
            isRefused = true
            break
          }
          let start = place + 16
          entries.append(
            Entry(
              address: Array(bytes[start + 8..<start + (bytes[start] == 2 ? 12 : 24)]),
              port: UInt16(bytes[start + 4]) << 8 | UInt16(bytes[start + 5]), user: UInt32(number(start + 64, 4)),
              inode: UInt32(number(start + 68, 4))))
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
