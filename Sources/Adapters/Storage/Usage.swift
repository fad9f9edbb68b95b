import Posix

extension AppLayout {
  /// How much of the disk the app's builds use, in words. Each directory is counted for at most a second, since there
  /// may be millions of files.
  func usage() -> String {
    let parts = [("its workspace", workspace), ("its builds' caches", cache)].filter { Files.exists($0.1) }
      .map { name, directory in
        let usage = Files.usage(directory, within: .seconds(1))
        return "\(name): \(usage.isWhole ? "" : "more than ")\(usage.bytes >> 20) MB in \(usage.files) files"
      }
    return parts.joined(separator: ", ")
  }
}
