public import Deploy
import Posix

/// The machine's TCP sockets, as the kernel tells of them, or as /proc/net/tcp lists them (proc(5)) where it does not.
public enum ConnectionTable {
  struct Entry: Equatable {
    let host: String
    let port: UInt16
    let state: UInt8
    let inode: Substring

    static let established: UInt8 = 1
    static let listening: UInt8 = 10
  }

  /// How many established connections a local port has.
  public static func established(on port: UInt16) -> Int {
    // The table also holds connections that have ended, tens of thousands under load, and a drain looks ten times a
    // second.
    Connections.established(on: port) ?? listed(on: port)
  }

  /// The same, counted in the table.
  static func listed(on port: UInt16) -> Int {
    lines(naming: port).compactMap { parse($0) }.count { $0.port == port && $0.state == Entry.established }
  }

  /// Where the processes of a process group listen.
  public static func listeners(ofGroup group: Int32) -> [ListeningAddress] {
    let inodes = Set(ProcessIdentity.members(ofGroup: group).flatMap(sockets))
    return Set(listening().filter { inodes.contains($0.socket) }.map(\.address)).sorted()
  }

  /// Where the processes of a user listen. Another user's processes cannot be inspected, but the table names the user.
  public static func listeners(ofUser user: UInt32) -> [ListeningAddress] {
    Set(listening().filter { $0.user == user }.map(\.address)).sorted()
  }

  /// A socket that listens on a port, and who it belongs to.
  public struct Listener: Equatable, Sendable {
    /// The address and port on which it listens.
    public let address: ListeningAddress
    /// The number of the user whose socket it is.
    public let user: UInt32
    /// The process that listens; nil if it is another user's, whose processes only root can inspect.
    public internal(set) var process: Int32?
    /// The socket's number: two sockets can listen on one address if both allow it.
    public let socket: String
  }

  /// The sockets that listen on a port and do not belong to a process or its descendants.
  public static func strangers(on port: UInt16, to family: Int32) -> [Listener] {
    func look() -> [Listener] {
      let found = listening().filter { $0.address.port == port }
      if found.isEmpty { return [] }
      let own = Set(ProcessIdentity.descendants(of: family).flatMap(sockets))
      return found.filter { !own.contains($0.socket) }
    }
    // A socket of the family may have been closed after the look at the table and before that at its processes.
    let first = Set(look().map(\.socket))
    if first.isEmpty { return [] }
    let still = Set(look().map(\.socket)).intersection(first)
    return listeners(on: [port]).filter { still.contains($0.socket) }
  }

  /// Where anybody listens on a port. Whose process that is takes looking at all of the machine's.
  public static func addresses(on port: UInt16) -> [ListeningAddress] {
    listening().map(\.address).filter { $0.port == port }.sorted()
  }

  /// All sockets that listen on one of these ports, or on any if nil, whatever their address.
  ///
  /// - Parameter user: whose are left out.
  public static func listeners(on ports: Set<UInt16>? = nil, butOf user: UInt32? = nil) -> [Listener] {
    let found = listening().filter { ports?.contains($0.address.port) ?? true && $0.user != user }
    if found.isEmpty { return [] }
    var owners: [String: Int32] = [:]
    for process in ((try? Files.list("/proc")) ?? []).compactMap({ Int32($0) }) {
      for socket in sockets(process) { owners[socket] = process }
    }
    return found.map { listener in
      var listener = listener
      listener.process = owners[listener.socket]
      return listener
    }
  }

  /// The listening sockets, without their processes. If sockets change meanwhile, the kernel can list one twice.
  private static func listening() -> [Listener] {
    var seen: Set<String> = []
    return (told() ?? listed()).filter { seen.insert($0.socket).inserted }
  }

  /// As the kernel tells of them; nil if it does not.
  static func told() -> [Listener]? {
    Connections.listening()?.map { socket in
      Listener(
        address: ListeningAddress(host: host(socket.address), port: socket.port), user: socket.user,
        socket: String(socket.inode))
    }
  }

  /// As the table lists them.
  static func listed() -> [Listener] {
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in (try? listening(path)) ?? [] }
  }

  /// The kernel lists them before all others, which are not read: under load there may be tens of thousands.
  private static func listening(_ path: String) throws(SystemError) -> [Listener] {
    let file = try FileDescriptor(path: path, .read)
    var found: [Listener] = []
    var rest: [UInt8] = []
    while true {
      let bytes = try file.read(upTo: 65_536)
      if bytes.isEmpty { return found }
      let lines = (rest + bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      rest = Array(lines.last ?? [])
      for line in lines.dropLast().map({ Substring(decoding: $0, as: UTF8.self) }) {
        // The first line is the heading.
        guard let entry = parse(line) else { continue }
        if entry.state != Entry.listening { return found }
        found.append(
          Listener(
            address: ListeningAddress(host: entry.host, port: entry.port), user: user(of: line) ?? 0,
            socket: String(entry.inode)))
      }
    }
  }

  static func user(of line: Substring) -> UInt32? {
    line.split(separator: " ").dropFirst(7).first.flatMap { UInt32($0) }
  }

  private static func sockets(_ process: Int32) -> [String] {
    let directory = "/proc/\(process)/fd"
    // A process that ends meanwhile has no sockets.
    let names = (try? Files.list(directory)) ?? []
    return names.compactMap { name in
      let target = (try? Files.linkTarget("\(directory)/\(name)")) ?? ""
      return target.hasPrefix("socket:[") ? String(target.dropFirst(8).dropLast()) : nil
    }
  }

  /// The lines that contain a port.
  private static func lines(naming port: UInt16) -> [Substring] {
    let digits = String(port, radix: 16, uppercase: true)
    let mark = Array(":\(String(repeating: "0", count: 4 - digits.count))\(digits) ".utf8)
    return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
      ((try? Files.read(path)) ?? []).split(separator: UInt8(ascii: "\n")).dropFirst()
        .filter { $0.contains(mark) }.map { Substring(decoding: $0, as: UTF8.self) }
    }
  }

  static func parse(_ line: Substring) -> Entry? {
    let fields = line.split(separator: " ")
    guard fields.count > 9 else { return nil }
    let address = fields[1].split(separator: ":")
    guard address.count == 2, let host = host(address[0]), let port = UInt16(address[1], radix: 16),
      let state = UInt8(fields[3], radix: 16)
    else { return nil }
    return Entry(host: host, port: port, state: state, inode: fields[9])
  }

  /// The words of an address are in the machine's byte order, here the low byte first.
  private static func host(_ hexadecimal: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = hexadecimal
    while !rest.isEmpty {
      guard rest.count >= 8, let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
      rest = rest.dropFirst(8)
    }
    return bytes.count == 4 || bytes.count == 16 ? host(bytes) : nil
  }

  /// An address of 4 or of 16 bytes.
  private static func host(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    if bytes.allSatisfy({ $0 == 0 }) { return "::" }
    if bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes.last == 1 { return "::1" }
    if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] {
      return bytes.suffix(4).map(String.init).joined(separator: ".")
    }
    return stride(from: 0, to: bytes.count, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
  }
}
