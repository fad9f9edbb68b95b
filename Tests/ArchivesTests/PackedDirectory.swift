import Archives
import Posix

extension Archive {
  /// Packs all that is in a directory.
  ///
  /// - Parameter isLeftOut: called with each path; what it returns true for is not packed, with all that is in it.
  static func pack(
    _ source: borrowing Directory, to output: consuming FileDescriptor,
    _ compression: PackedArchive.Compression = .zstd, _ attributes: PackedArchive.Attributes = .normal(),
    except isLeftOut: (PathBelow) -> Bool = { _ in false }
  ) throws -> PackedArchive {
    var contents: [PathBelow: Content] = [:]
    var open = [PathBelow.top]
    while let place = open.popLast() {
      for entry in try source.directory(place).entries() {
        let path = place.appending(entry.name)
        if isLeftOut(path) { continue }
        contents[path] = .at(path)
        if entry.kind == .directory { open.append(path) }
      }
    }
    return try pack(contents, of: source, to: output, compression, attributes, digests: true)
  }
}
