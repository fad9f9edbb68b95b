import Posix

/// What a program or a library names that the system is to load for it (ELF, 64 bits, little-endian).
///
/// A package may bring a library of its own making: nothing of the file is trusted, and nothing of it runs.
struct ElfFile {
  /// The loader that starts it, as in "/lib64/ld-linux-x86-64.so.2"; nil for a library.
  private(set) var loader: String?
  /// The names of the libraries that it needs.
  private(set) var libraries: [String] = []

  private struct Segment {
    let kind: UInt64
    let offset: Int
    let address: Int
    let size: Int
  }

  /// Reads a file; nil if it is none of that kind.
  init?(_ file: borrowing FileDescriptor) throws {
    let head = try Self.bytes(of: file, at: 0, 64)
    guard head.count == 64, head.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
    let (start, size, count) = (Self.number(head, 32, 8), Self.number(head, 54, 2), Self.number(head, 56, 2))
    guard size == 56, count <= 64, let start = Int(exactly: start) else { return nil }
    var segments: [Segment] = []
    let table = try Self.bytes(of: file, at: start, 56 * Int(count))
    guard table.count == 56 * Int(count) else { return nil }
    for place in stride(from: 0, to: table.count, by: 56) {
      let numbers = [8, 16, 32].map { Int(exactly: Self.number(table, place + $0, 8)) }
      guard let offset = numbers[0], let address = numbers[1], let size = numbers[2] else { continue }
      segments.append(Segment(kind: Self.number(table, place, 4), offset: offset, address: address, size: size))
    }
    if let part = segments.first(where: { $0.kind == Self.interpreter }) {
      loader = try Self.text(file, at: part.offset)
    }
    guard let part = segments.first(where: { $0.kind == Self.dynamic }) else { return }
    let entries = try Self.bytes(of: file, at: part.offset, min(part.size, 1 << 16))
    let pairs = stride(from: 0, to: entries.count - 15, by: 16).map {
      (Self.number(entries, $0, 8), Int(exactly: Self.number(entries, $0 + 8, 8)))
    }
    guard let names = pairs.first(where: { $0.0 == Self.names })?.1,
      let holder = segments.first(where: {
        $0.kind == Self.loaded && $0.address <= names && names - $0.address < $0.size
      })
    else { return }
    let (base, isWrong) = holder.offset.addingReportingOverflow(names - holder.address)
    for case (Self.needed, let offset?) in pairs.prefix(200) where !isWrong {
      let (place, isOver) = base.addingReportingOverflow(offset)
      if !isOver, let name = try Self.text(file, at: place) { libraries.append(name) }
    }
  }

  private static let (loaded, dynamic, interpreter): (UInt64, UInt64, UInt64) = (1, 2, 3)
  private static let (needed, names): (UInt64, UInt64) = (1, 5)

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    bytes[place..<(place + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Fewer where the file ends; none where it says a place that no file has.
  private static func bytes(of file: borrowing FileDescriptor, at place: Int, _ count: Int) throws -> [UInt8] {
    place < 1 << 48 ? try file.read(at: place, upTo: count) : []
  }

  /// A name up to its NUL; nil if it has none, or is too long for one.
  private static func text(_ file: borrowing FileDescriptor, at place: Int) throws -> String? {
    let bytes = try Self.bytes(of: file, at: place, 256)
    guard let end = bytes.firstIndex(of: 0), end > 0 else { return nil }
    return String(validating: bytes[..<end], as: UTF8.self)
  }
}
