import Archives
import Deploy
import Posix

/// What an assembly's parts make of a directory, without a copy of it (``ReleaseAssembler`` makes one).
struct PackedContents {
  /// What is at each path of the archive.
  private(set) var entries: [PathBelow: Archive.Content] = [:]
  private var files: Set<PathBelow> = []
  private let others: [Files.Status]

  /// - Parameter others: files that are left out wherever they are.
  init(without others: [Files.Status] = []) { self.others = others }

  mutating func add(_ part: Assembly.Part, of source: borrowing Directory) throws {
    switch part {
    case .copy(let from, let to): try add(from, at: to, of: source)
    case .everything(let without):
      let without = Set(without.compactMap { PathBelow($0) }).union([".git"])
      try addAll(in: .top, at: .top, of: source, except: without)
    }
  }

  mutating func add(_ bytes: [UInt8], at path: PathBelow) {
    remove(path)
    entries[path] = .bytes(bytes)
  }

  /// Adds a directory with nothing in it.
  mutating func add(directory path: PathBelow) { if entries[path] == nil { entries[path] = .at(.top) } }

  /// Removes what is at a path, with everything in it.
  mutating func remove(_ path: PathBelow) {
    if path.isTop { return entries.removeAll() }
    let below = path.bytes + [UInt8(ascii: "/")]
    entries = entries.filter { $0.key != path && !$0.key.bytes.starts(with: below) }
    files = files.filter { entries[$0] != nil }
  }

  private mutating func add(_ from: String, at to: String, of source: borrowing Directory) throws {
    guard let path = PathBelow(from), !path.isTop, let target = PathBelow(to) else {
      throw Self.refusal(from, "it is no path in the project")
    }
    guard let place = try source.followed(path.parent)?.appending(path.name) else { return }
    let kind = try source.status(place)?.kind
    if target.isTop, kind == .link { throw Self.refusal(from, "it is a symlink") }
    remove(target)
    if kind == nil { return }
    try makeWay(to: target)
    if try isOther(place, in: source) { return }
    add(place, kind ?? .other, at: target)
    if kind == .directory { try addAll(in: place, at: target, of: source, except: []) }
  }

  /// Adds the directories that hold a path; where they are in the project does not matter.
  mutating func makeWay(to path: PathBelow) throws {
    var holder = path.parent
    while !holder.isTop {
      if files.contains(holder) { throw Self.refusal("\(path)", "part of it is no directory") }
      if entries[holder] == nil { entries[holder] = .at(.top) }
      holder = holder.parent
    }
  }

  private mutating func addAll(
    in directory: PathBelow, at target: PathBelow, of source: borrowing Directory, except without: Set<PathBelow>
  ) throws {
    var open = [(directory, target)]
    while let (place, target) = open.popLast() {
      for entry in try source.directory(place).entries() {
        let path = place.appending(entry.name)
        if without.contains(path) { continue }
        if others.contains(where: { $0.inode == entry.inode }), try isOther(path, in: source) { continue }
        add(path, entry.kind, at: target.appending(entry.name))
        if entry.kind == .directory { open.append((path, target.appending(entry.name))) }
      }
    }
  }

  private mutating func add(_ path: PathBelow, _ kind: Files.Kind, at target: PathBelow) {
    switch kind {
    // A release has none either.
    case .other: return
    case .directory: if target.isTop { return }
    case .link, .file: files.insert(target)
    }
    entries[target] = .at(path)
  }

  private func isOther(_ path: PathBelow, in source: borrowing Directory) throws -> Bool {
    guard let status = try source.status(path) else { return false }
    return others.contains { $0.inode == status.inode && $0.device == status.device }
  }

  private static func refusal(_ path: String, _ cause: String) -> Failure {
    Failure(
      "packing \(path.quoted)", cause, next: "Look at what the build writes there; remove it, and build again.")
  }
}
