import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open directory, and the only way to reach what is below it if a build, an app or a commit controls that.
///
/// A path string follows any symlinks in it. Here a path is looked up from the open directory, follows no symlink and
/// cannot leave the directory: whatever changes meanwhile, only what is below is read, written or removed.
public struct Directory: ~Copyable {
  /// How a path with several parts is looked up.
  enum Lookup {
    /// By the kernel, in one call (openat2).
    case atOnce
    /// One part at a time, if the kernel has no such call or a container forbids it.
    case stepByStep
  }

  let number: Int32
  /// For messages.
  let path: String
  let lookup: Lookup

  init(_ number: Int32, path: String, _ lookup: Lookup) {
    self.number = number
    self.path = path
    self.lookup = lookup
  }

  deinit { _ = close(number) }

  /// Opens a directory whose own path only nextdeploy can change.
  public init(_ path: String) throws(SystemError) { try self.init(path, Self.usualLookup) }

  init(_ path: String, _ lookup: Lookup) throws(SystemError) {
    var number = unsafe Glibc.open(path, Self.readable)
    // A build may have closed it even to its owner.
    if number == -1, errno == EACCES, unsafe chmod(path, 0o700) == 0 {
      number = unsafe Glibc.open(path, Self.readable)
    }
    if number == -1 { throw SystemError("opening", path) }
    Self.letIn(number)
    self.init(number, path: path, lookup)
  }

  /// The directory that holds a path, which need not be readable; nil if there is none.
  init?(holding path: String) throws(SystemError) {
    let holder = Files.parent(path)
    do {
      let number = try check("opening", holder) { unsafe Glibc.open(holder, Self.placeOnly) }
      self.init(number, path: holder, Self.usualLookup)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  // MARK: Looking up

  /// Opens a directory below this one.
  public func directory(_ path: PathBelow) throws(SystemError) -> Directory {
    Directory(try open("opening", path, O_RDONLY | O_DIRECTORY), path: subject(path), lookup)
  }

  /// Does the same for a directory that a build may have closed even to its owner, by restoring that access.
  public func ownDirectory(_ path: PathBelow) throws(SystemError) -> Directory {
    let opened: Directory
    do { opened = try directory(path) } catch {
      guard error.code == EACCES else { throw error }
      let closed = error
      do { try setMode(path, 0o700) } catch { throw closed }
      opened = try directory(path)
    }
    Self.letIn(opened.number)
    return opened
  }

  /// Restores access to an open directory, the owner's if no other is named, which a build may have removed; another
  /// user's directory stays as it is.
  static func letIn(_ number: Int32, _ access: mode_t = 0o700) {
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_uid == geteuid(), status.st_mode & access != access else {
      return
    }
    _ = fchmod(number, status.st_mode & 0o7777 | access)
  }

  /// Opens a directory below this one, creating it and those above it if they are missing.
  public func made(_ path: PathBelow, mode: UInt32 = 0o755) throws(SystemError) -> Directory {
    var place = PathBelow.top
    for part in path.parts {
      place = place.appending(part)
      do { try makeDirectory(place, mode: mode) } catch { if !error.isAlreadyThere { throw error } }
    }
    return try directory(path)
  }

  /// Opens what is at a path below. Neither the path nor its last part may be a symlink.
  func open(_ operation: String, _ path: PathBelow, _ flags: Int32, mode: UInt32 = 0) throws(SystemError) -> Int32 {
    let flags = flags | O_NOFOLLOW | O_CLOEXEC
    if path.isTop || path.isName {
      return try check(operation, subject(path)) {
        path.withCString { unsafe openat(number, $0, flags, mode_t(mode)) }
      }
    }
    #if os(Linux)
      if lookup == .atOnce {
        return try check(operation, subject(path)) {
          path.withCString { unsafe nextdeploy_open_below(number, $0, flags, mode_t(mode), false) }
        }
      }
    #endif
    let parts = path.parts
    var holder = try place(parts[0])
    for part in parts.dropFirst().dropLast() { holder = try holder.place(part) }
    return try holder.open(operation, parts[parts.count - 1], flags, mode: mode)
  }

  /// Opens a directory only to reach what is in it.
  func place(_ path: PathBelow) throws(SystemError) -> Directory {
    Directory(try open("opening", path, Self.placeOnly), path: subject(path), lookup)
  }

  /// Calls with the descriptor of the directory that holds a path's last part, and with that part.
  @discardableResult
  @safe func at<Number: SignedInteger>(
    _ operation: String, _ path: PathBelow, _ call: (Int32, UnsafePointer<CChar>) -> Number
  ) throws(SystemError) -> Number {
    if path.isTop || path.isName {
      return try check(operation, subject(path)) { path.withCString { unsafe call(number, $0) } }
    }
    let holder = try place(path.parent)
    return try check(operation, subject(path)) { path.name.withCString { unsafe call(holder.number, $0) } }
  }

  /// A path for messages; only its beginning if it is very long.
  func subject(_ path: PathBelow) -> String {
    if path.isTop || self.path.utf8.count > 1_000 { return self.path }
    let full = "\(self.path)/\(path)"
    return full.utf8.count > 1_000 ? "\(full.prefix(500))…" : full
  }

  // MARK: The kernel

  static let readable = O_RDONLY | O_DIRECTORY | O_CLOEXEC

  #if os(Linux)
    static let placeOnly = nextdeploy_place_only | O_DIRECTORY | O_CLOEXEC
  #else
    static let placeOnly = O_RDONLY | O_DIRECTORY | O_CLOEXEC
  #endif

  private static let usualLookup: Lookup = {
    #if os(Linux)
      let number = unsafe nextdeploy_open_below(AT_FDCWD, ".", placeOnly, 0, false)
      if number == -1 { return .stepByStep }
      _ = close(number)
      return .atOnce
    #else
      return .stepByStep
    #endif
  }()
}
