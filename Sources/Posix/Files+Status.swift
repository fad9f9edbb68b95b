#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Files {
  /// What a path is; `other` stands for pipes, sockets and devices.
  public enum Kind: Sendable { case file, directory, link, other }

  /// The status of a path, without following a symlink at its end.
  public struct Status: Sendable {
    /// What it is: a file, a directory, a link or something else.
    public let kind: Kind
    /// Its length in bytes.
    public let size: Int
    /// When its content last changed, in nanoseconds since 1970.
    public let modified: Int64
    /// When its content, mode or owner last changed, in nanoseconds since 1970; nobody can set this.
    public let changed: Int64
    /// Its inode's number, which is unique on its file system.
    public let inode: UInt64
    /// The number of the file system that it is on.
    public let device: UInt64
    /// Its permission bits, with setuid, setgid and sticky, but without the kind.
    public let mode: UInt32
    /// How many names (hard links) it has.
    public let links: Int
    /// How many 512-byte blocks it takes on the disk.
    public let blocks: Int
    /// The number of the user that owns it.
    public let owner: UInt32
    /// The number of the group that it belongs to.
    public let group: UInt32
  }
}

extension Files.Status {
  init(_ status: stat) {
    let kind: Files.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      default: .other
      }
    #if canImport(Glibc)
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #else
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #endif
    self.init(
      kind: kind, size: Int(status.st_size), modified: Self.nanoseconds(modified), changed: Self.nanoseconds(changed),
      inode: UInt64(status.st_ino), device: UInt64(status.st_dev), mode: UInt32(status.st_mode & 0o7777),
      links: Int(status.st_nlink), blocks: Int(status.st_blocks), owner: UInt32(status.st_uid),
      group: UInt32(status.st_gid))
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    // Whoever writes a file can date it beyond the year 2262.
    let (value, isOver) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isOverToo) = value.addingReportingOverflow(Int64(time.tv_nsec))
    return isOver || isOverToo ? (time.tv_sec < 0 ? .min : .max) : sum
  }
}

extension Files {
  /// A time in nanoseconds since 1970 as whole seconds and what is left, which is never negative.
  public static func parts(ofNanoseconds time: Int64) -> (seconds: Int64, nanoseconds: Int) {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? (seconds - 1, Int(rest) + 1_000_000_000) : (seconds, Int(rest))
  }
}
