import Deploy
import Posix

/// How much of the disk an app's builds use.
struct Usage: CustomStringConvertible {
  private var parts: [String] = []

  /// Counts each directory for at most a second, since there may be millions of files.
  init(of layout: AppLayout) {
    for (name, directory) in [("its workspace", layout.workspace), ("its builds' caches", layout.cache)]
    where Files.exists(directory) {
      let usage = Files.usage(directory, within: .seconds(1))
      parts.append("\(name): \(usage.isWhole ? "" : "more than ")\(usage.bytes >> 20) MB in \(usage.files) files")
    }
  }

  var description: String { parts.joined(separator: ", ") }
}
