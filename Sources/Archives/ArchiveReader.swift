import CArchive
import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// libarchive, which reads the headers and the data of tar or zip, and nothing else that it could.
@safe final class ArchiveReader {
  private let pointer: OpaquePointer
  private let stream: ArchiveStream

  init(_ stream: ArchiveStream) throws {
    guard let pointer = unsafe archive_read_new() else { throw ArchiveError(.damaged, "libarchive cannot begin") }
    unsafe self.pointer = unsafe pointer
    self.stream = stream
    try check(
      unsafe stream.isZip
        ? archive_read_support_format_zip_streamable(pointer) : archive_read_support_format_tar(pointer))
    try check(
      unsafe archive_read_open(
        pointer, Unmanaged.passUnretained(stream).toOpaque(), nil,
        { _, stream, start in
          guard let stream = unsafe stream, let start = unsafe start else { return -1 }
          guard let block = unsafe Unmanaged<ArchiveStream>.fromOpaque(stream).takeUnretainedValue().next() else {
            return -1
          }
          unsafe start.pointee = block.baseAddress
          return block.count
        }, nil))
  }

  deinit { unsafe archive_read_free(pointer) }

  /// How many of the unpacked bytes libarchive has used up.
  var position: Int64 { unsafe archive_filter_bytes(pointer, -1) }

  // MARK: Entries

  /// The next entry; nil at the end that the archive itself tells.
  ///
  /// The stream keeps the bytes that libarchive reads for it; at the end, those behind the last entry.
  func next(_ number: Int) throws -> ArchiveEntry? {
    var header: OpaquePointer?
    let start = position
    stream.keep(from: start)
    let status = unsafe archive_read_next_header(pointer, &header)
    if status == ARCHIVE_EOF, stream.failure == nil { return nil }
    defer { stream.stopKeeping() }
    var entry = unsafe header.map { unsafe ArchiveEntry(header: $0) }
    do {
      try check(status)
      try takeNames(for: &entry, from: start)
    } catch let error as ArchiveError {
      // A header that cannot be read has no name yet.
      throw error.at(number, status == ARCHIVE_FATAL ? nil : entry?.name)
    }
    guard var entry else { throw ArchiveError(.damaged, "libarchive gave no header") }
    if stream.isZip, entry.name.contains(UInt8(ascii: "\\")) { entry.extras.append("its name has a backslash in it") }
    if stream.isZip, let format = unsafe archive_format_name(pointer) {
      let format = unsafe String(cString: format)
      if !format.hasSuffix("(deflation)") && !format.hasSuffix("(uncompressed)") {
        entry.extras.append("its compression, \(format), is not taken: only what every zip writes, deflate or none")
      }
    }
    return entry
  }

  /// Takes names as the archive has them, where libarchive has changed them.
  private func takeNames(for entry: inout ArchiveEntry?, from start: Int64) throws(ArchiveError) {
    guard var changed = entry else { return }
    if stream.isZip {
      if !changed.name.allSatisfy({ $0 < 0x80 }), let name = ZipHeader.name(in: stream.keptBytes(to: position)) {
        changed.name = try Self.same(name, changed.name)
      }
    } else if position - start > 1023 {
      // More than the padding of the entry before and one header.
      let headers = try TarHeaders(stream.keptBytes(to: position), from: start)
      if let path = headers.path { changed.name = try Self.same(path, changed.name) }
      if let link = headers.link {
        switch changed.kind {
        case .link(let target): changed.kind = .link(try Self.same(link, target))
        case .hardLink(let target): changed.kind = .hardLink(try Self.same(link, target))
        default: break
        }
      }
    }
    entry = changed
  }

  /// The first name, if it differs from the second one only in how accents are written: to strings that is no difference.
  private static func same(_ name: [UInt8], _ taken: [UInt8]) throws(ArchiveError) -> [UInt8] {
    guard String(decoding: name, as: UTF8.self) == String(decoding: taken, as: UTF8.self) else {
      throw ArchiveError(.refused, "it has two names, '\(ArchiveError.shown(name))' and '\(ArchiveError.shown(taken))'")
    }
    return name
  }

  /// Calls with each piece of the entry's content, in order; returns how many bytes they were.
  @safe func content(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int64 {
    var count: Int64 = 0
    while true {
      var (start, size, offset): (UnsafeRawPointer?, Int, Int64) = (nil, 0, 0)
      let status = unsafe archive_read_data_block(pointer, &start, &size, &offset)
      if status == ARCHIVE_EOF, stream.failure == nil { return count }
      try check(status)
      if size == 0 { continue }
      guard offset == count else { throw ArchiveError(.refused, "its content has holes (a sparse file)") }
      try unsafe body(UnsafeRawBufferPointer(start: start, count: size))
      count += Int64(size)
    }
  }

  /// Throws what libarchive tells, or what it was not told. Its warnings are refusals: it goes on with a guess then.
  private func check(_ status: Int32) throws {
    if let failure = stream.failure { throw failure }
    if status == ARCHIVE_OK { return }
    let words = unsafe archive_error_string(pointer).map { unsafe String(cString: $0) } ?? "libarchive gave no reason"
    throw ArchiveError(.damaged, "it cannot be read (\(words))")
  }
}

extension ArchiveEntry {
  /// Copies what a header of libarchive tells.
  @unsafe fileprivate init(header: OpaquePointer) {
    name = unsafe Self.bytes(archive_entry_pathname(header))
    size = unsafe archive_entry_size_is_set(header) != 0 ? archive_entry_size(header) : nil
    let type = unsafe archive_entry_filetype(header)
    mode = unsafe UInt32(archive_entry_perm(header))
    modified =
      unsafe archive_entry_mtime_is_set(header) != 0
      ? (Int64(archive_entry_mtime(header)), Int(archive_entry_mtime_nsec(header))) : nil
    if let target = unsafe archive_entry_hardlink(header) {
      kind = unsafe .hardLink(Self.bytes(target))
    } else {
      switch type {
      case S_IFREG: kind = .file
      case S_IFDIR: kind = .directory
      case S_IFLNK: kind = unsafe .link(Self.bytes(archive_entry_symlink(header)))
      case S_IFCHR, S_IFBLK: kind = .other("a device")
      case S_IFIFO: kind = .other("a named pipe")
      case S_IFSOCK: kind = .other("a socket")
      default: kind = .other("neither file, directory nor link")
      }
    }
    extras = unsafe Self.extras(header)
  }

  /// What macOS's tar adds to every file, and means nothing on a server.
  private static let leftOut = ["com.apple."]

  @unsafe private static func extras(_ header: OpaquePointer) -> [String] {
    var found: [String] = []
    if unsafe archive_entry_is_encrypted(header) != 0 { found.append("it is encrypted") }
    if unsafe archive_entry_sparse_reset(header) > 0 { found.append("its content has holes (a sparse file)") }
    if unsafe archive_entry_acl_types(header) != 0 { found.append("it has an access control list (ACL)") }
    var (set, clear): (UInt, UInt) = (0, 0)
    unsafe archive_entry_fflags(header, &set, &clear)
    if unsafe set != 0 || clear != 0 || archive_entry_fflags_text(header) != nil { found.append("it has file flags") }
    unsafe archive_entry_xattr_reset(header)
    while true {
      var (name, value, size): (UnsafePointer<CChar>?, UnsafeRawPointer?, Int) = (nil, nil, 0)
      guard unsafe archive_entry_xattr_next(header, &name, &value, &size) == ARCHIVE_OK, let name = unsafe name else {
        return found
      }
      let attribute = unsafe Self.bytes(name)
      if leftOut.contains(where: { attribute.starts(with: $0.utf8) }) { continue }
      found.append(
        attribute == Array("security.capability".utf8)
          ? "it has capabilities" : "it has the extended attribute '\(ArchiveError.shown(attribute))'")
    }
  }

  @unsafe private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard let text = unsafe text else { return [] }
    return unsafe UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
  }
}
