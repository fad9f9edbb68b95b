import Deploy
import Posix

extension Directory {
  /// What a path takes, counted for ten seconds at most; nil if there is nothing.
  func diskUsage(_ path: PathBelow) throws -> DiskUsage? {
    guard let status = try status(path) else { return nil }
    guard status.kind == .directory else {
      return DiskUsage(bytes: status.blocks * 512, written: Int(status.modified / 1_000_000_000))
    }
    let usage = try directory(path).usage(within: .seconds(10))
    return DiskUsage(bytes: usage.bytes, written: Int(usage.newest / 1_000_000_000))
  }
}

extension AppLayout {
  /// How much of the disk the app's builds use, in words. Each directory is counted for at most a second, since there
  /// may be millions of files.
  func usage() -> String {
    let parts = [("its workspace", workspace), ("its files", unbuilt), ("its builds' caches", cache)].filter {
      Files.exists($0.1)
    }
    .map { name, directory in
      let usage = Files.usage(directory, within: .seconds(1))
      return "\(name): \(usage.isWhole ? "" : "more than ")\(usage.bytes >> 20) MB in \(usage.files) files"
    }
    return parts.joined(separator: ", ")
  }
}
