import Deploy
import Posix

/// A tar archive from elsewhere, unpacked into one directory and nowhere else.
///
/// Everything is made by descriptors, so that no entry is written through a link of another one. What a runtime does not
/// have (hard links, devices, set-user-ID programs) is refused or left out.
struct TarArchive: ~Copyable {
  private let file: FileDescriptor
  /// For messages.
  private let name: String
  private var entries = 0
  private var bytes = 0

  /// Far more than any runtime has.
  private static let mostEntries = 100_000
  private static let mostBytes = 1 << 30
  private static let longestName = 1 << 16

  /// Opens an archive that is not compressed.
  init(_ path: String, name: String) throws {
    file = try FileDescriptor(path: path, .read)
    self.name = name
  }

  /// Unpacks everything into a directory that is empty.
  ///
  /// - Parameter top: the archive's one directory, which is left out of the paths.
  mutating func unpack(into directory: String, without top: String, watch: () throws -> Void) throws {
    let target = try Directory(directory)
    var links: [PathBelow] = []
    var directories: Set<PathBelow> = []
    while let header = try next() {
      try watch()
      let path = try place(header.name, below: top)
      directories.insert(header.kind == .directory ? path : path.parent)
      do {
        switch header.kind {
        case .directory: _ = try target.made(path)
        case .link:
          if header.target.isEmpty || header.target.first == UInt8(ascii: "/") { throw leaves(path) }
          _ = try target.made(path.parent)
          try target.link(path, to: header.target)
          links.append(path)
        case .file:
          _ = try target.made(path.parent)
          try write(header, to: path, in: target, watch)
        default: throw refusal("\(path.description.quoted) is neither a file nor a directory nor a symlink")
        }
      } catch let error as SystemError where error.isAlreadyThere || error.isNoWay {
        throw refusal("\(path.description.quoted) is there twice, or is below what is no directory")
      }
    }
    if entries == 0 { throw refusal("there is nothing in it") }
    // Only now is it known where each leads, by way of all others.
    for link in links where try target.followed(link) == nil { throw leaves(link) }
    for path in Set(directories.flatMap(\.lineage)) { try target.setMode(path, 0o755) }
  }

  private func write(
    _ header: TarHeader, to path: PathBelow, in target: borrowing Directory, _ watch: () throws -> Void
  ) throws {
    let mode: UInt32 = header.isExecutable ? 0o755 : 0o644
    let made = try target.create(path, mode: mode)
    var rest = header.size
    while rest > 0 {
      try watch()
      let piece = try read(min(rest, 1 << 20))
      try made.write(piece)
      rest -= piece.count
    }
    try made.setMode(mode)
    _ = try read(header.padding)
  }

  // MARK: Reading

  /// The next entry, with what the headers before it say about it; nil at the end. What follows it is its content.
  private mutating func next() throws -> TarHeader? {
    var name: [UInt8]?
    var target: [UInt8]?
    while true {
      let block = try read(TarHeader.blockSize)
      if block.allSatisfy({ $0 == 0 }) { return nil }
      guard var header = TarHeader(block) else { throw refusal("it is no tar archive, or is damaged") }
      entries += 1
      bytes += header.size
      if entries > Self.mostEntries || bytes > Self.mostBytes {
        throw refusal("it has more than \(Self.mostEntries) entries, or more than \(Self.mostBytes >> 20) MB")
      }
      switch header.kind {
      case .records:
        guard let records = TarHeader.records(try content(of: header)) else { throw refusal("it is damaged") }
        if records["size"] != nil { throw refusal("a file in it is too large") }
        name = records["path"] ?? name
        target = records["linkpath"] ?? target
      case .globalRecords: _ = try content(of: header)
      case .longName: name = Array(try content(of: header).prefix { $0 != 0 })
      case .longTarget: target = Array(try content(of: header).prefix { $0 != 0 })
      case .file, .directory, .link, .other:
        header.name = name ?? header.name
        header.target = target ?? header.target
        if header.kind != .file && header.size > 0 { throw refusal("it is damaged") }
        return header
      }
    }
  }

  private func content(of header: TarHeader) throws -> [UInt8] {
    guard header.size <= Self.longestName else { throw refusal("a name in it is too long") }
    return Array(try read(header.size + header.padding).prefix(header.size))
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      let bytes = try file.read(upTo: count - all.count)
      if bytes.isEmpty { throw refusal("it ends before its end") }
      all += bytes
    }
    return all
  }

  // MARK: Refusing

  /// Where an entry belongs, below the directory that all are in.
  private func place(_ name: [UInt8], below top: String) throws -> PathBelow {
    let plain = name.last == UInt8(ascii: "/") ? name.dropLast() : name[...]
    guard let path = PathBelow(plain), path.parts.first?.bytes.elementsEqual(top.utf8) == true else {
      throw refusal("it holds \(String(decoding: name, as: UTF8.self).quoted), which is not in \(top)/")
    }
    return path.parts.dropFirst().reduce(.top) { $0.appending($1) }
  }

  private func leaves(_ path: PathBelow) -> Failure {
    refusal("the symlink \(path.description.quoted) leads out of it, or nowhere")
  }

  private func refusal(_ cause: String) -> Failure {
    Failure(
      "unpacking \(name)", "\(cause): nothing of it is used",
      next: "Look at the mirror it came from: 'nextdeploy config show' says which (runtime.mirror).")
  }
}

extension PathBelow {
  /// The path, and the directories above it.
  fileprivate var lineage: [PathBelow] {
    var all: [PathBelow] = []
    var path = self
    while !path.isTop {
      all.append(path)
      path = path.parent
    }
    return all
  }
}
