import Deploy
import Testing

@testable import Adapters
@testable import Posix

@Suite("The rule for ports")
struct PortRuleTests {
  /// Who asks to listen where, and what it is told.
  struct Bind: Sendable, CustomTestStringConvertible {
    let user: UInt32
    let group: UInt32
    let port: UInt16
    let isAllowed: Bool
    var type: UInt32 = 1

    var testDescription: String {
      "\(user):\(group) \(isAllowed ? "may" : "may not") listen on \(port), type \(type)"
    }
  }

  private static func group(_ port: UInt16) -> UInt32 { 0x7000_0000 + UInt32(port) }

  @Test(
    "gives an instance its own port, and nobody another's",
    arguments: [
      Bind(user: 66000, group: group(3001), port: 3001, isAllowed: true),
      Bind(user: 66000, group: group(3001), port: 3002, isAllowed: false),
      Bind(user: 66999, group: group(3001), port: 3002, isAllowed: false),
      // On no other service's port either, when that is down.
      Bind(user: 66000, group: group(3001), port: 5432, isAllowed: false),
      Bind(user: 66000, group: group(3001), port: 1, isAllowed: false),
      Bind(user: 66000, group: group(3001), port: 32_767, isAllowed: false),
      // Where the kernel chooses, and where it does so.
      Bind(user: 66000, group: group(3001), port: 0, isAllowed: true),
      Bind(user: 66000, group: group(3001), port: 32_768, isAllowed: true),
      Bind(user: 66000, group: group(3001), port: 65_535, isAllowed: true),
      // An instance that an earlier nextdeploy started.
      Bind(user: 66000, group: 990, port: 3002, isAllowed: true),
      // Builds.
      Bind(user: 67000, group: 996, port: 3001, isAllowed: false),
      Bind(user: 67000, group: 996, port: 0, isAllowed: true),
      Bind(user: 67999, group: group(3001), port: 3001, isAllowed: false),
      // Everybody else.
      Bind(user: 0, group: 0, port: 3001, isAllowed: true),
      Bind(user: 1000, group: 1000, port: 3306, isAllowed: true),
      Bind(user: 65_534, group: 65_534, port: 3001, isAllowed: true),
      Bind(user: 68_000, group: 68_000, port: 3001, isAllowed: true),
      Bind(user: UInt32.max - 1, group: 0, port: 3001, isAllowed: true),
      // UDP is none of its business.
      Bind(user: 66000, group: group(3001), port: 3002, isAllowed: true, type: 2),
    ])
  func decides(bind: Bind) throws {
    #expect(try run(PortRule.program.instructions, bind) == bind.isAllowed)
  }

  @Test("needs control groups of version 2")
  func controlGroups() {
    let lines = """
      25 30 0:23 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
      126 45 0:38 / /sys/fs/cgroup/unified rw,nosuid shared:52 - cgroup2 cgroup rw
      """

    #expect(PortRule.controlGroups(lines) == "/sys/fs/cgroup/unified")
    #expect(PortRule.controlGroups("25 30 0:23 / / rw - ext4 /dev/vda rw\n") == nil)
  }

  @Test("knows where the kernel gives out the ports of apps by itself")
  func givenOut() throws {
    let ports = try PortRange("3001-3999")

    #expect(!PortRule.areGivenOut(ports, range: "32768\t60999\n", reserved: "\n"))
    #expect(PortRule.areGivenOut(ports, range: "1024\t65535\n", reserved: "\n"))
    #expect(PortRule.areGivenOut(ports, range: "1024\t65535\n", reserved: "3001-3998,8080\n"))
    #expect(!PortRule.areGivenOut(ports, range: "1024\t65535\n", reserved: "22,3001-3500,3501-3999\n"))
    #expect(PortRule.areGivenOut(ports, range: "3999 3999", reserved: "3001"))
  }

  @Test("does not hold for ports that it does not keep")
  func kept() throws {
    #expect(throws: Never.self) { try PortRule.requireKept(PortRange("3001-32767")) }
    #expect(throws: Failure.self) { try PortRule.requireKept(PortRange("32000-32768")) }
  }

  /// What the kernel does with the program (its own words for the operations are in linux/bpf.h).
  private func run(_ program: [BindProgram.Instruction], _ bind: Bind) throws -> Bool {
    var registers = [UInt64](repeating: 0, count: 11)
    var next = 0
    for _ in 0..<program.count {
      let word = try #require(program.indices.contains(next) ? program[next].word : nil)
      next += 1
      let (to, from) = (Int(word >> 8 & 15), Int(word >> 12 & 15))
      let jump = Int(Int16(bitPattern: UInt16(truncatingIfNeeded: word >> 16)))
      let number = UInt64(bitPattern: Int64(Int32(bitPattern: UInt32(truncatingIfNeeded: word >> 32))))
      switch word & 0xff {
      case 0xbf: registers[to] = registers[from]
      case 0xb7: registers[to] = number
      case 0x61: registers[to] = [32: UInt64(bind.type), 24: UInt64(bind.port.bigEndian)][jump] ?? 0
      case 0xdc: registers[to] = UInt64(UInt16(truncatingIfNeeded: registers[to]).bigEndian)
      case 0x17: registers[to] &-= number
      case 0x67: registers[to] <<= number
      case 0x77: registers[to] >>= number
      case 0x85: registers[0] = UInt64(bind.group) << 32 | UInt64(bind.user)
      case 0x15: if registers[to] == number { next += jump }
      case 0x1d: if registers[to] == registers[from] { next += jump }
      case 0x55: if registers[to] != number { next += jump }
      case 0x25: if registers[to] > number { next += jump }
      case 0xa5: if registers[to] < number { next += jump }
      case 0x95: return registers[0] == 1
      default: Issue.record("no operation that is known: \(word & 0xff)")
      }
    }
    throw Failure("running the rule", "it did not end", next: "Count its jumps.")
  }
}
