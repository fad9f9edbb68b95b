public import Deploy
import Posix

/// Which ports apps and builds may listen on: an instance on its own port, and nobody on another's.
///
/// The kernel decides by the caller of bind(2): an instance has a group of its own, whose number follows from its port.
/// So the kernel need not be told when ports are allocated, and root is only needed once at boot
/// (`nextdeploy-ports.service`).
public enum PortRule {
  /// From a range that no distribution uses for users, containers or anything else (systemd's UIDs-GIDS.md).
  static let firstGroup: UInt32 = 0x7000_0000

  /// The group of any instance that has the port.
  static func group(of port: Port) -> UInt32 { firstGroup + UInt32(port.number) }

  /// The ports above are those that the kernel assigns to programs that listen without naming one.
  static let lastPort: UInt16 = 32_767

  /// Throws if instances would listen on ports that the rule does not protect.
  public static func requireKept(_ ports: PortRange) throws {
    if ports.last.number <= lastPort { return }
    throw Failure(
      "having instances listen on \(ports)",
      "from \(lastPort + 1) on the system gives ports out by itself, and nobody can keep one for an app",
      next: "Choose ports below \(lastPort + 1).")
  }

  /// Whether the kernel also assigns some of these ports itself: to an outgoing connection, or to an app that asks
  /// repeatedly until it gets another's port.
  ///
  /// - Parameters:
  ///   - range: /proc/sys/net/ipv4/ip_local_port_range, which is "32768 60999" unless an admin changed it.
  ///   - reserved: ip_local_reserved_ports, the ports excluded from that range: "3001-3999,8080".
  static func areGivenOut(_ ports: PortRange, range: String, reserved: String) -> Bool {
    func numbers(_ text: Substring) -> ClosedRange<Int>? {
      let ends = text.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return nil }
      return first...last
    }
    let ends = range.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard ends.count == 2, ends[0] <= ends[1] else { return false }
    let kept = reserved.split(whereSeparator: { $0 == "," || $0.isWhitespace }).compactMap(numbers)
    return ports.ports.contains { port in
      let number = Int(port.number)
      return (ends[0]...ends[1]).contains(number) && !kept.contains { $0.contains(number) }
    }
  }

  static var program: BindProgram {
    // Registers: 0 holds what a call returns, 1 the argument of the bind hook (struct bpf_sock_addr), and 6 to 9 are
    // preserved.
    let first = Int32(bitPattern: firstGroup)
    let apps = AppUsers.range
    func jump(_ operation: UInt8, _ register: UInt8, _ number: Int32, by steps: Int16) -> BindProgram.Instruction {
      BindProgram.Instruction(operation, to: register, offset: steps, number)
    }
    let (equal, notEqual, greater, less): (UInt8, UInt8, UInt8, UInt8) = (0x15, 0x55, 0x25, 0xa5)
    // Each jump goes to one of the two ends: `refuse` is instruction 18, `allow` 20.
    let instructions: [BindProgram.Instruction] = [
      /*  0 */ .init(0xbf, to: 6, from: 1),
      // TCP only: the type of the socket is SOCK_STREAM.
      /*  1 */ .init(0x61, to: 2, from: 6, offset: 32),
      /*  2 */ jump(notEqual, 2, 1, by: 17),
      // The port, in network byte order.
      /*  3 */ .init(0x61, to: 7, from: 6, offset: 24),
      /*  4 */ .init(0xdc, to: 7, 16),
      /*  5 */ jump(equal, 7, 0, by: 14),
      /*  6 */ jump(greater, 7, Int32(lastPort), by: 13),
      // bpf_get_current_uid_gid: the upper half is the group, the lower half the user.
      /*  7 */ .init(0x85, 15),
      /*  8 */ .init(0xbf, to: 8, from: 0),
      /*  9 */ .init(0x77, to: 8, 32),
      /* 10 */ .init(0x67, to: 0, 32),
      /* 11 */ .init(0x77, to: 0, 32),
      /* 12 */ jump(less, 0, Int32(apps.lowerBound), by: 7),
      /* 13 */ jump(greater, 0, Int32(AppUsers.builds.upperBound) - 1, by: 6),
      /* 14 */ jump(greater, 0, Int32(apps.upperBound) - 1, by: 3),
      // An app. What an earlier nextdeploy started has another group, and is left alone until its next start.
      /* 15 */ .init(0x17, to: 8, first),
      /* 16 */ .init(0x1d, to: 8, from: 7, offset: 3),
      /* 17 */ jump(greater, 8, Int32(UInt16.max), by: 2),
      /* 18 */ .init(0xb7, to: 0, 0),
      /* 19 */ .init(0x95),
      /* 20 */ .init(0xb7, to: 0, 1),
      /* 21 */ .init(0x95),
    ]
    return BindProgram(name: "nextdeploy_bind", instructions)
  }

  /// Makes the kernel enforce the rule until the machine is switched off.
  public static func install() throws { try program.attach(to: try controlGroups()) }

  /// Whether the kernel enforces the rule; only root can ask.
  static func isInstalled() throws -> Bool { try program.isAttached(to: try controlGroups()) }

  /// The directory that holds all of the machine's control groups.
  private static func controlGroups() throws -> String {
    guard let path = controlGroups(try Files.text("/proc/self/mountinfo") ?? "") else {
      throw Failure(
        "keeping each port for its app", "this machine has no control groups of version 2",
        next: "Boot a kernel that has them (cgroup v2), as Debian's and Ubuntu's do.")
    }
    return path
  }

  /// The same, from the text of /proc/self/mountinfo (proc(5)).
  static func controlGroups(_ mounts: String) -> String? {
    mounts.split(separator: "\n").lazy.map { $0.split(separator: " ") }.first { fields in
      guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { return false }
      return fields[dash + 1] == "cgroup2"
    }.map { String($0[4]) }
  }
}
