public import Deploy
import Posix

/// The TCP sockets of the machine, as /proc/net/tcp tells (proc(5)).
public enum ConnectionTable {
  struct Entry: Equatable {
    let host: String
    let port: UInt16
    let state: UInt8
    let inode: Substring

    static let established: UInt8 = 1
    static let listening: UInt8 = 10
  }

  /// How many connections a local port has.
  public static func established(on port: UInt16) -> Int {
    lines(naming: port).compactMap { parse($0) }.count { $0.port == port && $0.state == Entry.established }
  }

  /// Where the processes of a group listen.
  public static func listeners(ofGroup group: Int32) -> [ListeningAddress] {
    let inodes = Set(ProcessIdentity.members(ofGroup: group).flatMap(sockets))
    return listeners(entries().filter { inodes.contains(String($0.inode)) })
  }

  /// Where the processes of a user listen. Another user's processes cannot be looked into, but the table has the user.
  public static func listeners(ofUser user: UInt32) -> [ListeningAddress] {
    listeners(lines().filter { self.user(of: $0) == user }.compactMap { parse($0) })
  }

  private static func listeners(_ entries: [Entry]) -> [ListeningAddress] {
    let listening = entries.filter { $0.state == Entry.listening }
    return Set(listening.map { ListeningAddress(host: $0.host, port: $0.port) }).sorted()
  }

  /// Who listens on a port.
  public struct Listener: Equatable, Sendable {
    public let address: ListeningAddress
    public let user: UInt32
    /// Nil where it is another user's, whose processes only root can look into.
    public let process: Int32?

    public init(address: ListeningAddress, user: UInt32, process: Int32?) {
      self.address = address
      self.user = user
      self.process = process
    }
  }

  /// All that listens on one of these ports, whatever the address.
  public static func listeners(on ports: Set<UInt16>) -> [Listener] {
    let found = lines(naming: ports.count == 1 ? ports.first : nil).compactMap { line in
      parse(line).map { (entry: $0, user: user(of: line)) }
    }
    .filter { $0.entry.state == Entry.listening && ports.contains($0.entry.port) }
    if found.isEmpty { return [] }
    var owners: [String: Int32] = [:]
    for process in ((try? Files.list("/proc")) ?? []).compactMap({ Int32($0) }) {
      for socket in sockets(process) { owners[socket] = process }
    }
    return found.map { entry, user in
      Listener(
        address: ListeningAddress(host: entry.host, port: entry.port), user: user ?? 0,
        process: owners[String(entry.inode)])
    }
  }

  static func user(of line: Substring) -> UInt32? {
    line.split(separator: " ").dropFirst(7).first.flatMap { UInt32($0) }
  }

  private static func sockets(_ process: Int32) -> [String] {
    let directory = "/proc/\(process)/fd"
    // A process may end while it is looked at: it has no sockets then.
    let names = (try? Files.list(directory)) ?? []
    return names.compactMap { name in
      let target = (try? Files.linkTarget("\(directory)/\(name)")) ?? ""
      return target.hasPrefix("socket:[") ? String(target.dropFirst(8).dropLast()) : nil
    }
  }

  private static func entries() -> [Entry] { lines().compactMap { parse($0) } }

  /// - Parameter port: leaves out what neither begins nor ends there. Under load there are thousands of lines, and a
  ///   drain looks ten times a second: taking each of them apart would cost a third of a processor.
  private static func lines(naming port: UInt16? = nil) -> [Substring] {
    let mark = port.map { port in
      let digits = String(port, radix: 16, uppercase: true)
      return Array(":\(String(repeating: "0", count: 4 - digits.count))\(digits) ".utf8)
    }
    return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
      ((try? Files.read(path)) ?? []).split(separator: UInt8(ascii: "\n")).dropFirst()
        .filter { line in mark.map { line.contains($0) } ?? true }
        .map { Substring(decoding: $0, as: UTF8.self) }
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

  /// The address's words are written in the machine's order, here the low byte first.
  private static func host(_ hexadecimal: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = hexadecimal
    while !rest.isEmpty {
      guard rest.count >= 8, let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
      rest = rest.dropFirst(8)
    }
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    guard bytes.count == 16 else { return nil }
    if bytes.allSatisfy({ $0 == 0 }) { return "::" }
    if bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes.last == 1 { return "::1" }
    if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] {
      return bytes.suffix(4).map(String.init).joined(separator: ".")
    }
    return stride(from: 0, to: bytes.count, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
  }
}
