import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks at a tree as somebody would who trusts nothing that the extraction has checked.
enum TreeCheck {
  /// What should not be below a directory, a line each.
  static func strays(in top: String) throws -> [String] {
    var strays: [String] = []
    var directories = [top]
    while let directory = directories.popLast() {
      for name in try Files.list(directory) {
        let path = "\(directory)/\(name)"
        guard let status = try Files.status(path) else { continue }
        switch status.kind {
        case .directory:
          directories.append(path)
          if status.mode & 0o7022 != 0 || status.mode & 0o700 != 0o700 { strays.append("\(path) has \(status.mode)") }
        case .file:
          if status.mode & 0o7022 != 0 || status.mode & 0o600 != 0o600 { strays.append("\(path) has \(status.mode)") }
        case .link:
          if let way = try leavesTop(path, top) { strays.append("\(path) leads to \(way)") }
        case .other: strays.append("\(path) is neither file, directory nor link")
        }
      }
    }
    return strays
  }

  /// Where a link leads by the kernel, or by its text if nothing is there; nil for what is below the top.
  private static func leavesTop(_ link: String, _ top: String) throws -> String? {
    if let real = unsafe realpath(link, nil) {
      defer { unsafe free(real) }
      let path = unsafe String(cString: real)
      return path == top || path.hasPrefix(top + "/") ? nil : path
    }
    let target = try Files.linkTarget(link) ?? ""
    var parts: [Substring] = []
    for part in (target.hasPrefix("/") ? target : "\(Files.parent(link))/\(target)").split(separator: "/")
    where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let path = "/" + parts.joined(separator: "/")
    return path == top || path.hasPrefix(top + "/") ? nil : path
  }
}
