import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The users and groups of the machine.
public enum Accounts {
  /// A user of the machine, as the passwd database has it.
  public struct User: Equatable, Sendable {
    /// The user's number.
    public let id: UInt32
    /// The number of the user's own group.
    public let group: UInt32
    /// The path of the user's home directory.
    public let home: String
  }

  /// Held while a question is answered: the C library writes all answers to the same place.
  private static let asking = Mutex(())

  /// A user by name; nil if there is none of that name.
  public static func user(named name: String) -> User? {
    asking.withLock { _ in
      unsafe getpwnam(name).map {
        unsafe User(id: $0.pointee.pw_uid, group: $0.pointee.pw_gid, home: String(cString: $0.pointee.pw_dir))
      }
    }
  }

  /// The name of a user; nil if the user has none.
  public static func name(ofUser id: UInt32) -> String? {
    asking.withLock { _ in unsafe getpwuid(uid_t(id)).map { unsafe String(cString: $0.pointee.pw_name) } }
  }

  /// The number of a group; nil if there is none of that name.
  public static func group(named name: String) -> UInt32? {
    asking.withLock { _ in unsafe getgrnam(name).map { unsafe $0.pointee.gr_gid } }
  }

  /// The users who are listed as a group's members; those whose own group it is are not included.
  public static func members(ofGroup name: String) -> [String] {
    asking.withLock { _ in
      guard let entry = unsafe getgrnam(name), var member = unsafe entry.pointee.gr_mem else { return [] }
      var names: [String] = []
      while let text = unsafe member.pointee {
        unsafe names.append(String(cString: text))
        unsafe member += 1
      }
      return names
    }
  }
}
