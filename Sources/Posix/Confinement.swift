import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What this process gives up for good before it works on what is hostile, with Landlock and seccomp.
public enum Confinement {
  /// Whether the kernel has what `begin` needs, which is Linux 5.19 with Landlock switched on. Changes nothing.
  public static var isAvailable: Bool { version >= 2 }

  /// The version of Landlock that the kernel has; less than 1 where it has none.
  static var version: Int32 {
    #if os(Linux)
      nextdeploy_landlock_version()
    #else
      0
    #endif
  }

  /// Confines this process, and all that it starts, to some paths; nothing gives back what is given up.
  ///
  /// Nothing else in the file system can be opened, made, renamed, linked or removed. No socket can be made or connected
  /// (a pair that is connected can), no namespace or mount; io_uring, ptrace and the like are refused with EPERM, as are
  /// signals (to itself as well), limits of other processes, and typing into a terminal. Before Linux 6.2, truncate(2) and
  /// openat2(2) are refused everywhere.
  ///
  /// What is open already stays open, so the caller closes what must not be used. The kernel lets a confined process look
  /// at what it cannot open (stat, readlink), and change times wherever its user may. To start a
  /// program with `ChildProcess.Stream.null`, /dev/null must be among the paths.
  ///
  /// Landlock holds for the calling thread alone, so the process must not have a second one yet. Afterwards the kernel is
  /// asked whether it holds; if this throws, the process must end.
  ///
  /// - Parameters:
  ///   - reading: what can be read, files or directories with all below them. What does not exist is left out.
  ///   - running: what can be read and executed. A program needs its loader (`ld.so`) to be here, too. What does not exist
  ///     is left out.
  ///   - writing: what can be changed, but not executed; no devices can be made there. Each must exist, and be no symlink.
  public static func begin(reading: [String], running: [String], writing: [String]) throws(SystemError) {
    try begin(reading: reading, running: running, writing: writing, as: version)
  }

  /// Does the same as a kernel would whose Landlock is older.
  static func begin(
    reading: [String], running: [String], writing: [String], as version: Int32
  ) throws(SystemError) {
    #if os(Linux)
      guard try Files.list("/proc/self/task").count == 1 else {
        throw SystemError("confining", "this process: it has several threads", code: EBUSY)
      }
    #endif
    try restrict(reading: reading, running: running, writing: writing, as: version)
  }

  /// Does the same to a thread: the paths are for it and what it starts alone.
  static func restrict(
    reading: [String], running: [String], writing: [String], as version: Int32 = version
  ) throws(SystemError) {
    #if os(Linux)
      guard isAvailable else {
        throw SystemError("confining", "this process: it needs Linux 5.19 with Landlock", code: ENOTSUP)
      }
      let number = try check("making", "rules of Landlock") { nextdeploy_landlock_rules(version) }
      let rules = FileDescriptor(number, path: "rules of Landlock")
      try allow(reading, nextdeploy_reading, in: rules, as: version, ifThere: true)
      try allow(running, nextdeploy_running, in: rules, as: version, ifThere: true)
      try allow(writing, nextdeploy_writing, in: rules, as: version, ifThere: false)
      try check("giving up", "new privileges") { nextdeploy_no_new_privileges() }
      try check("giving up", "files") { nextdeploy_landlock_restrict(rules.number) }
      try check("giving up", "system calls") { nextdeploy_refuse_calls(version) }
      try checkThatItHolds()
    #else
      throw SystemError("confining", "this process", code: ENOTSUP)
    #endif
  }

  #if os(Linux)
    private static func allow(
      _ paths: [String], _ access: UInt64, in rules: borrowing FileDescriptor, as version: Int32, ifThere: Bool
    ) throws(SystemError) {
      let rules = rules.number
      // A symlink in place of what is to be changed would let this process change what it leads to.
      let flags = nextdeploy_place_only | O_CLOEXEC | (ifThere ? 0 : O_NOFOLLOW)
      for path in paths {
        let place: FileDescriptor
        do throws(SystemError) {
          place = FileDescriptor(try check("opening", path) { unsafe open(path, flags) }, path: path)
        } catch {
          if ifThere, error.isNotFound { continue }
          throw error
        }
        let kind = try place.status().kind
        if kind == .link { throw SystemError("opening", path, code: ELOOP) }
        let number = place.number
        try check("allowing", path) {
          nextdeploy_landlock_allow(rules, version, number, kind == .directory, access)
        }
      }
    }

    private static func checkThatItHolds() throws(SystemError) {
      let top = unsafe open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard top == -1, errno == EACCES else {
        throw SystemError("giving up", "files: some that were not named can be opened", code: EPERM)
      }
      let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      guard connection == -1, errno == EPERM, nextdeploy_is_filtered() else {
        throw SystemError("giving up", "system calls: some are left", code: EPERM)
      }
    }
  #endif
}
