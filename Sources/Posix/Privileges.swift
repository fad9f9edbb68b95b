import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The privileges of this process, and giving them up.
public enum Privileges {
  /// Becomes another user for good, without other groups, capabilities, or a way to gain any.
  ///
  /// The order matters: each step needs a capability that a later one removes. Afterwards the kernel is asked what is
  /// left; if anything is, this throws, and the process must end.
  ///
  /// - Parameter alsoIn: a second group that the process is to be in.
  public static func become(user: UInt32, group: UInt32, alsoIn other: UInt32? = nil) throws(SystemError) {
    #if os(Linux)
      // The kernel returns EINVAL for the first capability that it does not know.
      for capability in Int32(0)..<64 where nextdeploy_drop_bounding(capability) != 0 && errno != EINVAL {
        throw SystemError("giving up", "capability \(capability)", code: errno)
      }
      try check("giving up", "ambient capabilities") { nextdeploy_clear_ambient() }
      let groups = other.map { [gid_t($0)] } ?? []
      try check("giving up", "groups") { unsafe setgroups(groups.count, groups) }
      try check("becoming the group", String(group)) { nextdeploy_set_group(gid_t(group)) }
      try check("becoming the user", String(user)) { nextdeploy_set_user(uid_t(user)) }
      try check("giving up", "capabilities") { nextdeploy_clear_capabilities() }
      try check("giving up", "new privileges") { nextdeploy_no_new_privileges() }
      guard nextdeploy_set_user(0) == -1, nextdeploy_set_group(0) == -1 else {
        throw SystemError("giving up", "privileges: root could be regained", code: EPERM)
      }
      let status = ProcessStatus(try Files.text("/proc/self/status") ?? "")
      guard status.isOnly(user: user, group: group, alsoIn: other) else {
        throw SystemError("giving up", "privileges: some are left", code: EPERM)
      }
    #else
      throw SystemError("becoming the user", String(user), code: ENOTSUP)
    #endif
  }

  /// Asks another user's process group to end (SIGTERM), by becoming that user for a moment.
  ///
  /// This process's own user stays the real and saved one, so that the other user can neither signal nor trace it
  /// meanwhile. False if the group has no process of that user.
  public static func askToEnd(group leader: Int32, as user: UInt32) throws(SystemError) -> Bool {
    #if os(Linux)
      let own = geteuid()
      try check("becoming the user", String(user)) { nextdeploy_act_as(uid_t(user)) }
      let result = kill(-leader, SIGTERM)
      try check("becoming the user", String(own)) { nextdeploy_act_as(own) }
      return result == 0
    #else
      throw SystemError("becoming the user", String(user), code: ENOTSUP)
    #endif
  }
}

/// The lines of /proc/PID/status about privileges (proc(5)).
struct ProcessStatus {
  private var fields: [Substring: [Substring]] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1].split(whereSeparator: \.isWhitespace) }
    }
  }

  /// Whether the process is this user and group in every respect, and has no further privileges.
  func isOnly(user: UInt32, group: UInt32, alsoIn other: UInt32? = nil) -> Bool {
    fields["Uid"] == Array(repeating: Substring(String(user)), count: 4)
      && fields["Gid"] == Array(repeating: Substring(String(group)), count: 4)
      && fields["Groups"] ?? [] == (other.map { [Substring(String($0))] } ?? [])
      && ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].allSatisfy { isZero(fields[$0]) }
      && fields["NoNewPrivs"] == ["1"]
  }

  private func isZero(_ words: [Substring]?) -> Bool {
    words?.count == 1 && words?[0].allSatisfy { $0 == "0" } == true
  }
}
