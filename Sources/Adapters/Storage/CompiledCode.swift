import Deploy
import Posix

/// What Node has compiled of an app's code, for the next release to start with: NODE_COMPILE_CACHE.
///
/// What compiles is the app, and whoever takes over an instance could have the next one run what they like. So it is taken
/// from a new release once, before any visitor has reached it; an instance writes to its own release's copy alone.
struct CompiledCode {
  /// `apps/APP/compiled`.
  let directory: String

  /// A cache that is larger is none of ours; Next.js's has 2 MB in 400 files.
  private static let (mostFiles, mostBytes) = (20_000, 256 << 20)

  /// Gives a release what was taken last.
  func give(to release: borrowing Directory, at path: PathBelow) throws {
    guard Files.exists(directory) else { return }
    try Self.copy(.top, of: Directory(directory), to: path, in: release)
  }

  /// Takes what a release has compiled in the place of what was taken before; nothing if that is too much.
  func take(from release: borrowing Directory, at path: PathBelow) throws {
    guard try release.status(path)?.kind == .directory else { return }
    let new = "\(directory).new"
    try Files.remove(new)
    try Files.makeDirectory(new)
    do { try Self.copy(path, of: release, to: .top, in: Directory(new)) } catch {
      try Files.remove(new)
      throw error
    }
    try Files.remove(directory)
    try Files.rename(new, to: directory)
  }

  /// Copies the files in a directory of each version of Node, as Node arranges them, and nothing else.
  private static func copy(
    _ path: PathBelow, of source: borrowing Directory, to target: PathBelow, in other: borrowing Directory
  ) throws {
    let top = try source.directory(path)
    var (files, bytes) = (0, 0)
    for version in try top.entries() where version.kind == .directory {
      let from = try top.directory(version.name)
      let to = try other.made(target.appending(version.name))
      for entry in try from.entries() where entry.kind == .file {
        guard let status = try from.status(entry.name) else { continue }
        (files, bytes) = (files + 1, bytes + status.size)
        if files > mostFiles || bytes > mostBytes {
          throw Failure(
            "keeping what Node has compiled", "it has more than \(mostFiles) files or \(mostBytes >> 20) MB",
            next:
              "The app starts without it; 'nextdeploy env set APP NODE_DISABLE_COMPILE_CACHE=1' has Node compile nothing ahead."
          )
        }
        try from.copyFile(entry.name, to: entry.name, in: to, mode: { _ in 0o640 })
      }
    }
  }
}
