import Deploy
import Posix

/// The paths of a release that are kept across releases: each is replaced by a link into `shared`.
struct PersistentPaths: ~Copyable {
  private let shared: Directory
  private let path: String
  /// Lets the app write to those paths.
  private let access: any FileAccess

  init(_ path: String, _ access: any FileAccess) throws {
    try Files.makeDirectory(path)
    shared = try Directory(path)
    self.path = path
    self.access = access
  }

  /// Replaces a path with a link; what the release has there becomes the first content.
  ///
  /// - Parameters:
  ///   - kept: where it is kept; nil for the path itself.
  ///   - files: where the release's files are below `release`.
  func link(_ text: String, to kept: String? = nil, in release: borrowing Directory, _ files: PathBelow) throws {
    guard let path = PathBelow(text), !path.isTop, let kept = PathBelow(kept ?? text) else {
      throw Self.refusal(.top, "\(text.quoted) is no path")
    }
    try makeWay(to: path, in: release, files)
    try makeWayToKept(kept)
    let target = files.appending(path)
    if try shared.status(kept) == nil {
      if try release.status(target) == nil {
        try shared.makeDirectory(kept)
      } else {
        try release.copy(target, to: kept, in: shared)
      }
      try access.openToApp(kept, in: shared)
    }
    try release.remove(target)
    // An app that runs as another user sees its release and `shared` elsewhere, but at the same distance from each
    // other.
    let up = String(repeating: "../", count: path.parts.count + 2)
    try release.link(target, to: Array((access.isForOtherUsers ? "\(up)shared/\(kept)" : "\(self.path)/\(kept)").utf8))
  }

  private func makeWay(to path: PathBelow, in release: borrowing Directory, _ files: PathBelow) throws {
    var place = files
    for part in path.parts.dropLast() {
      place = place.appending(part)
      switch try release.status(place)?.kind {
      case .directory: continue
      case nil: try release.makeDirectory(place)
      default: throw Self.refusal(path, "\(part) in it is no directory in the release")
      }
    }
  }

  /// The app can write to what is kept, so the directories above it must belong to nextdeploy.
  private func makeWayToKept(_ path: PathBelow) throws {
    var place = PathBelow.top
    for part in path.parts.dropLast() {
      place = place.appending(part)
      guard let status = try shared.status(place) else {
        try shared.makeDirectory(place)
        try access.openWay(place, in: shared)
        continue
      }
      guard status.kind == .directory else { throw Self.refusal(path, "\(part) in it is no directory any more") }
      guard !access.isForOtherUsers || status.owner == CurrentProcess.user && status.mode & 0o022 == 0 else {
        throw Failure(
          "linking the persistent path \(path)", "the app itself can write to \(part) in it",
          next: "Keep that path as a whole, or choose one outside of it, in \(ProjectFile.name).")
      }
    }
  }

  private static func refusal(_ path: PathBelow, _ cause: String) -> Failure {
    Failure(
      "linking the persistent path \(path)", cause, next: "Correct \"persist\" in \(ProjectFile.name), then push again."
    )
  }
}
