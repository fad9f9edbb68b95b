#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Files that other processes keep writing to.
extension Files {
  /// The last lines of a text file, of at most 64 KiB at its end; empty if there is no file.
  public static func lastLines(_ path: String, count: Int) throws(SystemError) -> [String] {
    let file: FileDescriptor
    do { file = try FileDescriptor(path: path, .read) } catch {
      if error.isNotFound { return [] }
      throw error
    }
    _ = try file.skipToLast(65_536)
    let text = String(decoding: try file.readToEnd(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(count).map(String.init)
  }

  /// Writes the last bytes of a file to another one.
  public static func copyEnd(of path: String, to target: String, bytes: Int) throws(SystemError) {
    let source = try FileDescriptor(path: path, .read)
    var left = try source.skipToLast(bytes)
    let copy = try FileDescriptor(path: target, .replace, mode: 0o640)
    while left > 0 {
      let part = try source.read(upTo: min(1 << 20, left))
      if part.isEmpty { return }
      try copy.write(part)
      left -= part.count
    }
  }

  /// Empties a file. A process that appends to it (O_APPEND) continues at its beginning.
  public static func truncate(_ path: String) throws(SystemError) {
    _ = try FileDescriptor(path: path, .replace)
  }
}

extension FileDescriptor {
  /// Has the next read begin where at most so many bytes follow, and returns how many that are.
  fileprivate func skipToLast(_ bytes: Int) throws(SystemError) -> Int {
    let size = try status().size
    if size > bytes { try check("reading", path) { lseek(number, off_t(size - bytes), SEEK_SET) } }
    return min(size, bytes)
  }
}
