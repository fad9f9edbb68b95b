import Archives
import TestKit
import Testing

@testable import Posix

/// What arrives is the whole archive, and nothing but it.
@Suite("The stream of an archive")
struct StreamTests {
  /// Programs that compress, with the ending that each gives a file.
  static let compressors = [("gzip", "gz"), ("zstd", "zst"), ("xz", "xz"), ("bzip2", "bz2")]

  @Test("is refused where it is cut off, wherever that is", arguments: [("cat", "")] + compressors)
  func cutOff(_ compressor: (program: String, ending: String)) throws {
    let yard = try Yard()
    let whole = try yard.compressed(sample.ended, by: compressor)
    try yard.extract(whole)

    for count in stride(from: 0, to: whole.count, by: whole.count > 4000 ? 61 : 1) {
      try yard.clear()
      #expect(throws: ArchiveError.self, "the first \(count) of \(whole.count)") {
        try yard.extract(Array(whole.prefix(count)))
      }
    }
    try yard.expectUntouched("\(compressor)")
    #expect(try openDescriptors(below: yard.path) == [])
  }

  @Test("is refused where a zip is cut off, wherever that is")
  func zipCutOff() throws {
    let yard = try Yard()
    var zip = Zip()
    zip.add("d/", mode: 0o040755)
    zip.add("d/file", "text", mode: 0o100755)
    zip.add("link", "d/file", mode: 0o120777)
    zip.comment = Array("comment".utf8)
    try yard.extract(zip.bytes)
    #expect(
      try yard.describe(yard.release).map { $0.replacing(#/ \d{8,}/#, with: "") }.dropFirst() == [
        "d directory 755", "d/file file 755 1 text", "link link d/file",
      ])

    for count in zip.bytes.indices {
      try yard.clear()
      #expect(throws: ArchiveError.self, "the first \(count)") { try yard.extract(Array(zip.bytes.prefix(count))) }
    }
    try yard.expectUntouched("zip")
    #expect(try openDescriptors(below: yard.path) == [])
  }

  @Test("is refused where a bit of it is wrong, or makes no difference", arguments: compressors)
  func wrongBit(_ compressor: (program: String, ending: String)) throws {
    let yard = try Yard()
    let whole = try yard.compressed(sample.ended, by: compressor)
    try yard.extract(whole)
    let expected = try yard.describe(yard.release)

    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1 << (place % 8)
      try yard.clear()
      do { try yard.extract(bytes) } catch is ArchiveError { continue }
      #expect(try yard.describe(yard.release).dropFirst() == expected.dropFirst(), "bit \(place % 8) of byte \(place)")
    }
    try yard.expectUntouched("\(compressor)")
  }

  @Test("is refused where anything but zeros follows it", arguments: compressors)
  func followed(_ compressor: (program: String, ending: String)) throws {
    let yard = try Yard()
    let whole = try yard.compressed(sample.ended, by: compressor)

    for rest in [whole, [1], [UInt8](repeating: 0, count: 200_000) + [1], sample.ended] {
      try yard.clear()
      let error = #expect(throws: ArchiveError.self) { try yard.extract(whole + rest) }
      #expect(error?.description.contains("something follows the end of the \(compressor.program) data") == true)
      #expect(error?.kind == .damaged)
    }
    try yard.clear()
    try yard.extract(whole + [UInt8](repeating: 0, count: 200_000))
  }

  @Test("is refused as a bomb once it is", arguments: compressors)
  func bomb(_ compressor: (program: String, ending: String)) throws {
    let yard = try Yard()
    let zeros = 80 << 20
    var inFile = Tar()
    inFile.add("zeros", "0", [], size: "\(String(zeros, radix: 8))")
    var atEnd = Tar()
    atEnd.add("a", "0", Array("text".utf8))

    for tar in [inFile, atEnd] {
      try yard.clear()
      let bytes = try yard.compressed(tar.bytes + [UInt8](repeating: 0, count: zeros + 1024), by: compressor)
      let error = #expect(throws: ArchiveError.self) { try yard.extract(bytes) }
      #expect(error?.kind == .limit(.ratio), "\(String(describing: error))")
      #expect(error?.description.hasSuffix("more than 100 times as many, and the limit 'ratio' is 100") == true)
    }
  }

  @Test("may arrive byte by byte")
  func byteByByte() throws {
    let yard = try Yard()
    for compressor in [("cat", "")] + Self.compressors {
      let file = "\(yard.path)/archive"
      try FileDescriptor(path: file, .replace).write(try yard.compressed(sample.ended, by: compressor))
      try yard.clear()
      try Files.remove("\(yard.path)/pipe")
      try runProgram(["mkfifo", "\(yard.path)/pipe"])
      let child = try ChildProcess(
        Command(
          ["dd", "if=\(file)", "of=\(yard.path)/pipe", "bs=1", "status=none"],
          environment: CurrentProcess.environment, directory: "/"))

      try yard.extract(file: "\(yard.path)/pipe")

      #expect(try child.wait().isSuccess)
      #expect(try yard.paths() == ["d", "d/file", "random"])
    }
  }

  @Test("is not waited for longer than it may take")
  func stalls() throws {
    let yard = try Yard()
    let pipe = try Pipe()
    try pipe.writer.write(sample.bytes)
    var limits = ArchiveLimits()
    limits.seconds = 1
    let start = ContinuousClock.now

    let error = #expect(throws: ArchiveError.self) {
      try Archive.extract(
        from: FileDescriptor(path: "/proc/self/fd/\(pipe.reader.number)", .read), into: Directory(yard.release),
        limits: limits)
    }

    #expect(error?.kind == .limit(.seconds))
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  /// A small archive that does not compress to nothing.
  private var sample: Tar {
    var tar = Tar()
    var state: UInt64 = 88
    let random = (0..<500).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    tar.add("d/", "5", [], mode: 0o755)
    tar.add("d/file", "0", Array("text".utf8))
    tar.add("random", "0", random)
    return tar
  }
}
