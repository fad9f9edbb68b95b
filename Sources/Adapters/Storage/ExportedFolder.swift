import Archives
import Deploy
public import Posix

/// A folder that is exported: files of a directory on this machine, in other places, and files that are written for it.
public struct ExportedFolder {
  let directory: String
  private(set) var entries: [PathBelow: Archive.Content]

  init(directory: String, entries: [PathBelow: Archive.Content] = [:]) {
    self.directory = directory
    self.entries = entries
  }

  /// The same with more files.
  func adding(_ files: [EngineFile]) throws -> ExportedFolder {
    var folder = self
    for file in files {
      guard let path = PathBelow(file.path) else { continue }
      var holder = path.parent
      while !holder.isTop {
        folder.entries[holder] = .at(.top)
        holder = holder.parent
      }
      let bytes = Array(file.text.utf8)
      folder.entries[path] = file.isProgram ? .program(bytes) : .bytes(bytes)
    }
    return folder
  }

  /// Writes the folder as a tar that zstd has compressed.
  ///
  /// - Parameter time: when all of it was changed, in seconds since 1970.
  public func pack(to output: consuming FileDescriptor, time: Int64) throws {
    do {
      _ = try Archive.pack(entries, of: Directory(directory), to: output, .zstd, .normal(time: time))
    } catch let error as ArchiveError { throw Failure("exporting \(directory)", error.cause, next: error.next) }
  }

  /// Makes the folder on the disk; nothing may be there yet.
  public func make(at path: String, time: Int64) throws {
    try Self.make(at: path) { try fill(Directory($0), time: time) }
  }

  /// Makes a directory, which has its name once it is filled; nothing stays of it where that fails.
  static func make(at path: String, _ fill: (String) throws -> Void) throws {
    let unfinished = "\(path).unfinished"
    // An export that was ended may have left that, or it is somebody's own.
    for place in [path, unfinished] where Files.exists(place) {
      throw Failure(
        .usage, "exporting to \(place)", "something is there already",
        next: "Remove it, or name a folder that is not there yet.")
    }
    try Files.makeDirectory(unfinished)
    do {
      try fill(unfinished)
      try Files.rename(unfinished, to: path)
    } catch {
      // The first error is the one to tell.
      try? Files.remove(unfinished)
      throw error
    }
  }

  private func fill(_ target: borrowing Directory, time: Int64) throws {
    let source = try Directory(directory)
    // What holds others is made before them, and gets its time after them.
    let paths = entries.keys.sorted { $0.parts.count < $1.parts.count }
    for path in paths {
      switch entries[path] {
      case .bytes(let bytes)?: try target.create(path).write(bytes)
      case .program(let bytes)?: try target.create(path, mode: 0o755).write(bytes)
      case .emptied?: try target.create(path).write([UInt8]())
      case .at(let place)?:
        switch try source.status(place)?.kind {
        case .directory: try target.makeDirectory(path)
        case .link: if let to = try source.linkTarget(place) { try target.link(path, to: to) }
        case .file: try source.copyFile(place, to: path, in: target) { $0 & 0o100 == 0 ? 0o644 : 0o755 }
        case .other, nil: continue
        }
      case nil: continue
      }
    }
    for path in paths.reversed() { try target.setModified(path, time) }
  }
}
