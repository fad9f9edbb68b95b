public import Posix

/// Packs whole directories faithfully while others write to them: permissions, times and symlinks as they are on the disk,
/// compressed with zstd. What it remembers does not grow with what it packs.
public final class TreePacker {
  private let locale: TextLocale
  private let writer: ArchiveWriter
  private let told: (PathBelow, String) -> Void
  /// The bytes of files that are on no disk, of what is packed at once.
  private var holes = 0
  /// How many entries there are so far, and the bytes of their files.
  public private(set) var (entries, bytes): (Int, Int64) = (0, 0)

  /// - Parameter told: called with what could not be packed as it is, and why.
  public init(to output: consuming FileDescriptor, told: @escaping (PathBelow, String) -> Void) throws {
    locale = try TextLocale()
    writer = try ArchiveWriter(to: output, .zstd, .faithful)
    self.told = told
  }

  /// Packs a file that has these bytes.
  public func add(_ bytes: [UInt8], at path: PathBelow) throws {
    try begin(path, .file, ToldAttributes(mode: 0o600, time: (0, 0)), size: bytes.count)
    try writer.add(bytes)
  }

  /// Packs what an open file has from where it is read next.
  public func add(_ file: borrowing FileDescriptor, at path: PathBelow) throws {
    let size = try file.status().size
    try begin(path, .file, ToldAttributes(mode: 0o600, time: (0, 0)), size: size)
    try fill(path, from: file, size)
  }

  /// Packs what is at a place, with everything below it; does nothing if nothing is there.
  ///
  /// - Parameters:
  ///   - isLeftOut: called with each place.
  ///   - link: called with each symlink and its target.
  public func add(
    _ place: PathBelow, of top: borrowing Directory, at path: PathBelow,
    except isLeftOut: (PathBelow) -> Bool = { _ in false },
    link: (PathBelow, [UInt8]) -> Void = { _, _ in }
  ) throws {
    let source = try PackingSource(top)
    holes = 0
    var open: [(PathBelow, PathBelow)] = []
    try add(place, of: source, at: path, &open, link)
    while let (place, path) = open.popLast() {
      let names: [PathBelow]
      do { names = try top.directory(place).entries().map(\.name).sorted(by: >) } catch {
        guard error.isNoWay else { throw error }
        told(path, "it went away while it was packed")
        continue
      }
      var below: [(PathBelow, PathBelow)] = []
      for name in names where !isLeftOut(place.appending(name)) {
        try add(place.appending(name), of: source, at: path.appending(name), &below, link)
      }
      open += below
    }
  }

  /// Writes the end.
  public func finish() throws { _ = try writer.finish() }

  private func add(
    _ place: PathBelow, of source: PackingSource, at path: PathBelow, _ open: inout [(PathBelow, PathBelow)],
    _ link: (PathBelow, [UInt8]) -> Void
  ) throws {
    guard let status = try source.status(place) else { return }
    do { _ = try ArchivePath.checked(Array(path.bytes), depth: Self.depth) } catch {
      return told(path, error.reason)
    }
    let attributes = PackedArchive.Attributes.faithful.of(status)
    switch status.kind {
    case .directory:
      try begin(path, .directory, attributes, size: 0)
      open.append((place, path))
    case .link:
      guard let target = try source.linkTarget(place) else { return }
      try begin(path, .link, attributes, size: 0, target: target)
      link(place, target)
    case .file:
      // Others may go on writing; what there is now is packed.
      let opened: FileDescriptor?
      do { opened = try source.file(place) } catch {
        // A lease (fcntl(2)), which the app may have on its own file.
        guard error.isTimeout else { throw error }
        return told(path, "the app holds it back, so it is left out")
      }
      guard let file = opened else { return }
      let status = try file.status()
      // They would become zeros that somebody has to write on the other side.
      let hole = status.size - min(status.size, status.blocks * 512)
      guard hole <= Self.mostHoles - holes else { return told(path, "it has more holes than content, and is left out") }
      holes += hole
      try begin(path, .file, attributes, size: status.size)
      try fill(path, from: file, status.size)
    case .other: told(path, "it is a named pipe, a socket or a device")
    }
  }

  private func begin(
    _ path: PathBelow, _ kind: Files.Kind, _ told: ToldAttributes, size: Int, target: [UInt8] = []
  ) throws {
    entries += 1
    bytes += Int64(size)
    do { try writer.begin(path, kind, told, size: size, target: target) } catch let error as ArchiveError {
      throw error.at(entries, Array(path.bytes)).whilePacking
    }
  }

  private func fill(_ path: PathBelow, from file: borrowing FileDescriptor, _ size: Int) throws {
    var left = size
    while left > 0 {
      let piece = try file.read(upTo: min(left, 128 << 10))
      if piece.isEmpty { break }
      try writer.add(piece)
      left -= piece.count
    }
    if left == 0 { return }
    told(path, "it became shorter while it was packed; its end is zeros")
    while left > 0 {
      try writer.add([UInt8](repeating: 0, count: min(left, 128 << 10)))
      left -= min(left, 128 << 10)
    }
  }

  /// The most bytes of holes, which come back as zeros on the disk.
  private static let mostHoles = 4 << 30

  /// How many names a path has at most, deeper than what `ship` takes: what apps keep is their own affair.
  public static let depth = 1000
}
