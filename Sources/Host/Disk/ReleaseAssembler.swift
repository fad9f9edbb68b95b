import Deploy
import Posix

/// Puts a release's files together from the workspace.
struct ReleaseAssembler {
  let workspace: String
  let files: String
  let shared: String
  /// Where a package's files are kept as they were installed.
  let packages: String
  /// When node_modules was installed; what is newer in it was written by a build.
  let installed: Int64?
  /// How the app gets to write to its release, where it runs as another user.
  var sharing: Sharing?

  private var sources: GuardedPaths { GuardedPaths(top: workspace) }
  private var targets: GuardedPaths { GuardedPaths(top: files) }

  func assemble(_ assembly: Assembly) throws {
    for part in assembly.parts { try assemble(part) }
    for path in assembly.persist { try persist(path) }
    if let sharing { for path in assembly.writable { try open(path, sharing) } }
  }

  func assemble(_ part: Assembly.Part) throws {
    switch part {
    case .move(let from, let to):
      let source = try source(from)
      guard let kind = try Files.status(source)?.kind else { return }
      // A link would make a release of what it points at.
      guard kind != .link else { throw sources.refusal(from, "it is a symlink") }
      let target = try target(to)
      // The app's own build may have copied it into the standalone folder, as Next's documentation says.
      try Files.remove(target)
      try Files.rename(source, to: target)
    case .copy(let from, let to):
      let target = try target(to)
      // Next's own standalone folder may hold a part of it already.
      try Files.remove(target)
      try copy(source(from), to: target, as: from, without: [], inPackages: false)
    case .everything(let without):
      try copy(workspace, to: files, as: "", without: without, inPackages: false)
    }
  }

  private func source(_ path: String) throws -> String {
    guard let source = sources.taking(path) else { throw sources.refusal(path, "a symlink leads out of the workspace") }
    return source
  }

  private func target(_ path: String) throws -> String {
    try Files.makeDirectory(path.isEmpty ? Files.parent(files) : files)
    return path.isEmpty ? files : try targets.writing(path)
  }

  /// Lets the app write to a directory of its release. The build's files become nextdeploy's own first, for only their
  /// owner can give them to a group.
  private func open(_ path: String, _ sharing: Sharing) throws {
    let place = try targets.writing(path)
    switch try Files.status(place)?.kind {
    case .directory:
      let own = "\(place).own"
      try Files.remove(own)
      try copy(place, to: own, as: path, without: [], inPackages: false)
      try Files.remove(place)
      try Files.rename(own, to: place)
    case nil: try Files.createDirectory(place)
    default: throw targets.refusal(path, "it is no directory")
    }
    try sharing.openToApp(place)
  }

  /// - Parameters:
  ///   - path: the place from the top of the workspace, by which `without` names it.
  ///   - inPackages: whether it is part of an installed package, which releases share.
  private func copy(
    _ source: String, to target: String, as path: String, without: Set<String>, inPackages: Bool
  ) throws {
    guard !without.contains(path), let status = try Files.status(source) else { return }
    switch status.kind {
    case .link:
      if let pointed = try Files.linkTarget(source) { try Files.link(target, to: pointed) }
    case .file:
      if inPackages, let installed, status.modified <= installed {
        try linkPackageFile(source, to: target, as: path)
      } else {
        try Files.copyFile(source, to: target)
      }
    case .directory:
      try Files.createDirectory(target)
      for name in try Files.list(source) {
        if path.isEmpty && name == ".git" { continue }
        // What tools generate into node_modules (.prisma, .cache) is written to in place: never linked.
        let generated = name.hasPrefix(".") && name != ".pnpm" && name != ".bin"
        let packages = name == "node_modules" || (inPackages && !generated)
        try copy(
          "\(source)/\(name)", to: "\(target)/\(name)", as: path.isEmpty ? name : "\(path)/\(name)",
          without: without, inPackages: packages)
      }
    case .other: return
    }
  }

  /// Releases share a package's files with each other, but not with the workspace, where a build could write to them.
  private func linkPackageFile(_ source: String, to target: String, as path: String) throws {
    let kept = "\(packages)/\(path)"
    if !Files.exists(kept) {
      try Files.makeDirectory(Files.parent(kept))
      // A copy that was interrupted must not be taken for whole.
      try Files.remove("\(kept).unfinished")
      try Files.copyFile(source, to: "\(kept).unfinished")
      try Files.rename("\(kept).unfinished", to: kept)
    }
    try Files.hardLink(kept, to: target)
  }

  /// Puts a link to the shared path in a path's place; what the release holds there is where that begins.
  private func persist(_ path: String) throws {
    var place = files
    for part in path.split(separator: "/").dropLast() {
      place += "/\(part)"
      switch try Files.status(place)?.kind {
      case .directory: continue
      case nil: try Files.createDirectory(place)
      default:
        throw Failure(
          "linking the persistent path \(path)", "\(part) in it is no directory in the release",
          next: "Correct \"persist\" in \(ProjectFile.name), then push again.")
      }
    }
    let kept = try kept(path)
    let target = "\(files)/\(path)"
    if !Files.exists(kept) {
      try Files.makeDirectory(Files.parent(kept))
      if Files.exists(target) {
        try copy(target, to: kept, as: path, without: [], inPackages: false)
      } else {
        try Files.makeDirectory(kept)
      }
      try sharing?.openToApp(kept)
    }
    try Files.remove(target)
    // Where the app runs as another user it sees its release and `shared` elsewhere, but as far from each other.
    let up = String(repeating: "../", count: path.split(separator: "/").count + 2)
    try Files.link(target, to: sharing == nil ? kept : "\(up)shared/\(path)")
  }

  /// The place of a persistent path. The app can write to what is kept, so the way to it is nextdeploy's own.
  private func kept(_ path: String) throws -> String {
    guard let sharing else { return "\(shared)/\(path)" }
    var place = shared
    for part in path.split(separator: "/").dropLast() {
      place += "/\(part)"
      guard let status = try Files.status(place) else {
        try sharing.makeWay(place)
        continue
      }
      guard status.kind == .directory, status.owner == CurrentProcess.user, status.mode & 0o022 == 0 else {
        throw Failure(
          "linking the persistent path \(path)", "the app itself can write to \(part) in it",
          next: "Keep that path as a whole, or choose one outside of it, in \(ProjectFile.name).")
      }
    }
    return "\(shared)/\(path)"
  }
}
