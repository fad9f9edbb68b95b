import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A kernel program that decides which ports the processes of a control group may listen on (bpf(2)).
///
/// It runs at bind(2), and stays attached to the group until it is replaced or the machine is switched off.
public struct BindProgram: Sendable {
  /// One instruction of the program.
  public struct Instruction: Equatable, Sendable {
    let word: UInt64

    /// Encodes an instruction as the kernel lays it out (linux/bpf.h): the operation, two registers, an offset, a
    /// number.
    public init(_ operation: UInt8, to: UInt8 = 0, from: UInt8 = 0, offset: Int16 = 0, _ number: Int32 = 0) {
      word =
        UInt64(operation) | UInt64(to) << 8 | UInt64(from) << 12 | UInt64(UInt16(bitPattern: offset)) << 16
        | UInt64(UInt32(bitPattern: number)) << 32
    }
  }

  /// The name by which it is found again, at most 15 characters.
  let name: String
  let instructions: [Instruction]

  /// Makes a program that is not loaded yet, from its name and its steps.
  public init(name: String, _ instructions: [Instruction]) {
    self.name = name
    self.instructions = instructions
  }

  /// Attaches it to a group and the groups below, replacing an earlier program of the same name.
  ///
  /// - Parameter group: the group's directory.
  public func attach(to group: String) throws(SystemError) {
    #if os(Linux)
      let group = try FileDescriptor(path: group, .read)
      // For IPv4 addresses, then for IPv6.
      for six in [Int32(0), 1] {
        let old = try attached(to: group, six)
        let words = instructions.map(\.word)
        let number = try check("loading the program", name) {
          unsafe nextdeploy_bind_program(words, UInt32(words.count), name, six)
        }
        let new = FileDescriptor(number, path: name)
        // In this order, so that one of them is always attached.
        try check("attaching the program", name) { nextdeploy_bind_attach(group.number, new.number, six) }
        for id in old { try detach(id, from: group, six) }
      }
    #else
      throw SystemError("loading the program", name, code: ENOTSUP)
    #endif
  }

  /// Whether a program of its name is attached to a group; only root can ask.
  public func isAttached(to group: String) throws(SystemError) -> Bool {
    #if os(Linux)
      let group = try FileDescriptor(path: group, .read)
      let four = try attached(to: group, 0)
      let six = try attached(to: group, 1)
      return !four.isEmpty && !six.isEmpty
    #else
      return false
    #endif
  }

  #if os(Linux)
    private func attached(to group: borrowing FileDescriptor, _ six: Int32) throws(SystemError) -> [UInt32] {
      // The kernel allows at most 64 for one group.
      var ids = [UInt32](repeating: 0, count: 64)
      let number = group.number
      let count = try check("looking for the program", name) {
        unsafe nextdeploy_bind_programs(number, &ids, UInt32(ids.count), six)
      }
      var own: [UInt32] = []
      for id in ids.prefix(Int(count)) {
        let program = FileDescriptor(
          try check("looking for the program", name) { nextdeploy_bpf_program(id) }, path: name)
        let isOwn = try check("looking for the program", name) {
          unsafe nextdeploy_bpf_is_named(program.number, name)
        }
        if isOwn == 1 { own.append(id) }
      }
      return own
    }

    private func detach(_ id: UInt32, from group: borrowing FileDescriptor, _ six: Int32) throws(SystemError) {
      let program = FileDescriptor(
        try check("replacing the program", name) { nextdeploy_bpf_program(id) }, path: name)
      let number = group.number
      try check("replacing the program", name) { nextdeploy_bind_detach(number, program.number, six) }
    }
  #endif
}
