#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// How much room there is, and how much something takes.
extension Files {
  /// The room on a file system.
  public struct Space: Sendable {
    /// The size of the file system, in bytes.
    public let size: Int
    /// The free bytes that this user may use.
    public let free: Int
    /// How many files fit in total; nil if there is no limit.
    public let files: Int?
    /// How many more files fit; nil if there is no limit.
    public let freeFiles: Int?
  }

  /// The room on the file system that holds the path.
  public static func space(_ path: String) throws(SystemError) -> Space {
    var status = statvfs()
    try check("reading the free space of", path) { unsafe statvfs(path, &status) }
    let hasLimit = status.f_files != 0
    return Space(
      size: Int(status.f_blocks) * Int(status.f_frsize), free: Int(status.f_bavail) * Int(status.f_frsize),
      files: hasLimit ? Int(status.f_files) : nil, freeFiles: hasLimit ? Int(status.f_favail) : nil)
  }

  /// How much room a directory takes, with everything in it.
  public struct Usage: Sendable {
    /// How many bytes its files take on the disk, counted in blocks.
    public var bytes = 0
    /// How many files, links and directories are in it.
    public var files = 0
    /// When any of them was changed last, in nanoseconds since 1970.
    public var newest: Int64 = 0
    /// Whether everything was counted.
    public var isWhole = true
  }

  /// Counts what a directory takes, as far as this user can see it and the time allows.
  public static func usage(_ path: String, within limit: Duration) -> Usage {
    (try? Directory(path))?.usage(within: limit) ?? Usage()
  }
}

extension Directory {
  /// Counts what it takes, as far as this user can see it and the time allows.
  public func usage(within limit: Duration) -> Files.Usage {
    var usage = Files.Usage()
    let deadline = ContinuousClock.now + limit
    var directories: [PathBelow] = [.top]
    while let place = directories.popLast() {
      guard ContinuousClock.now < deadline, let directory = try? directory(place),
        let entries = try? directory.entries()
      else {
        usage.isWhole = false
        continue
      }
      for entry in entries {
        if entry.kind == .directory { directories.append(place.appending(entry.name)) }
        usage.files += 1
        guard let status = try? directory.status(entry.name) else { continue }
        usage.bytes += status.blocks * 512
        if entry.kind != .directory { usage.newest = max(usage.newest, status.modified) }
      }
    }
    return usage
  }
}
