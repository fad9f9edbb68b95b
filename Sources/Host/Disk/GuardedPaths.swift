import Deploy
import Posix

/// Paths below a directory in which an app's own code may have left symlinks: none of them leads out of it.
///
/// A build runs as another user than nextdeploy, who may do more: `.next -> ../../blog` would have it read, move or
/// remove another app's files. Nothing of a build runs any more when this is used, so what was checked stays so.
struct GuardedPaths {
  let top: String

  /// The place of what is read, its links followed; nil where nothing is there, or it is outside.
  func reading(_ path: String) -> String? {
    let place = full(path)
    guard Files.exists(place) else { return nil }
    let real = Files.resolved(place)
    // What cannot be resolved is a link that leads nowhere.
    return Files.status(isLink: real) || !isInside(real) ? nil : real
  }

  /// The place of what is moved, copied or removed as it is; nil where the way to it leads outside.
  func taking(_ path: String) -> String? {
    if path.isEmpty { return top }
    let place = full(path)
    let parent = Files.parent(place)
    return isInside(Files.resolved(parent)) ? place : nil
  }

  /// The place of what is written, the directories above it made where they are missing: no link is among them.
  func writing(_ path: String) throws -> String {
    var place = top
    for part in path.split(separator: "/").dropLast() {
      place += "/\(part)"
      switch try Files.status(place)?.kind {
      case .directory: continue
      case nil: try Files.createDirectory(place)
      default: throw refusal(path, "\(part) in it is no directory")
      }
    }
    return full(path)
  }

  func refusal(_ path: String, _ cause: String) -> Failure {
    Failure(
      "making a release: using \(path.quoted)", cause,
      next: "Look at what the build writes there; 'nextdeploy rebuild --clean' starts from an empty workspace.")
  }

  private func full(_ path: String) -> String { path.isEmpty ? top : "\(top)/\(path)" }

  private func isInside(_ real: String) -> Bool {
    // A path that is not there stays as it is written.
    [Files.resolved(top), top].contains { real == $0 || real.hasPrefix($0 + "/") }
  }
}

extension Files {
  fileprivate static func status(isLink path: String) -> Bool { (try? status(path))?.kind == .link }
}
