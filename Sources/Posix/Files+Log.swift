import Glibc

// Files that other processes keep writing to.
extension Files {
  /// Writes the last bytes of a file to another one.
  public static func copyEnd(of path: String, to target: String, bytes: Int) throws(SystemError) {
    let source = try FileDescriptor(path: path, .read)
    let size = try source.status().size
    if size > bytes { try check("reading", path) { lseek(source.number, off_t(size - bytes), SEEK_SET) } }
    let copy = try FileDescriptor(path: target, .replace, mode: 0o640)
    var left = min(size, bytes)
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
