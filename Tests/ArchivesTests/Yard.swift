import Archives
import Posix
import TestKit
import Testing

/// A directory of one test's own: a release to extract into, and beside it what nobody may touch.
final class Yard {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try Files.makeDirectory(release)
    try Files.makeDirectory("\(path)/outside")
    try Files.write("precious", to: "\(path)/outside/file", durable: false)
    try runProgram(["touch", "-d", "2020-01-02", "\(path)/outside/file", "\(path)/outside"])
  }

  deinit { scratch.remove() }

  var path: String { scratch.path }

  var release: String { "\(path)/release" }

  /// Extracts bytes, as a file brings them.
  @discardableResult
  func extract(
    _ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits(), isFaithful: Bool = false
  ) throws -> ExtractedArchive {
    let file = "\(path)/archive"
    try FileDescriptor(path: file, .replace).write(bytes)
    defer { try? Files.remove(file) }
    return try extract(file: file, limits: limits, isFaithful: isFaithful)
  }

  /// Extracts a file.
  @discardableResult
  func extract(
    file: String, limits: ArchiveLimits = ArchiveLimits(), isFaithful: Bool = false
  ) throws -> ExtractedArchive {
    try Archive.extract(
      from: FileDescriptor(path: file, .read), into: Directory(release), limits: limits, isFaithful: isFaithful)
  }

  /// Bytes as a program compresses them; "cat" leaves them as they are.
  func compressed(_ bytes: [UInt8], by compressor: (program: String, ending: String)) throws -> [UInt8] {
    if compressor.program == "cat" { return bytes }
    let file = "\(path)/plain"
    try FileDescriptor(path: file, .replace).write(bytes)
    try runProgram([compressor.program, "-kf", file] + (compressor.program == "zstd" ? ["-q"] : []))
    defer {
      for name in [file, "\(file).\(compressor.ending)"] { try? Files.remove(name) }
    }
    return try FileDescriptor(path: "\(file).\(compressor.ending)", .read).readToEnd()
  }

  /// Empties the release.
  func clear() throws {
    try Files.remove(release)
    try Files.makeDirectory(release)
  }

  /// Whether what is outside of the release is as it was; quicker than the test of the same.
  var isUntouched: Bool {
    get throws {
      try Files.list(path).sorted() == ["outside", "release"] && Files.list("\(path)/outside") == ["file"]
        && Files.text("\(path)/outside/file") == "precious"
        && Files.status("\(path)/outside/file")?.modified == 1_577_923_200_000_000_000
        && Files.status("\(path)/outside")?.modified == 1_577_923_200_000_000_000
    }
  }

  /// Fails the test if anything outside of the release has changed.
  func expectUntouched(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let outside = try describe("\(path)/outside")
    #expect(
      outside == [
        ". directory 755 1577923200", "file file 644 1577923200 1 precious",
      ], comment, sourceLocation: sourceLocation)
    #expect(try Files.list(path).sorted() == ["outside", "release"], comment, sourceLocation: sourceLocation)
  }

  /// Everything below a directory: a line each with kind, permissions, time, number of names, content or target.
  func describe(_ directory: String) throws -> [String] {
    try runProgram(["find", directory, "-printf", #"%P\t%y\t%m\t%T@\t%n\t%l\n"#]).split(separator: "\n").map { line in
      var fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let name = fields[0]
      if name.isEmpty { fields[0] = "." }
      let time = String(fields[3].split(separator: ".")[0])
      switch fields[1] {
      case "d": return "\(fields[0]) directory \(fields[2]) \(time)"
      case "l": return "\(name) link \(time) \(fields[5])"
      default:
        let bytes = try FileDescriptor(path: "\(directory)/\(name)", .read).readToEnd()
        return "\(name) file \(fields[2]) \(time) \(fields[4]) \(String(decoding: bytes, as: UTF8.self))"
      }
    }.sorted()
  }

  /// The paths below the release.
  func paths() throws -> [String] {
    try runProgram(["find", release, "-mindepth", "1", "-printf", #"%P\n"#]).split(separator: "\n").map(String.init)
      .sorted()
  }
}

/// Compares bytes: to Swift's strings, a letter with an accent is the same however it is written.
func expectSame(_ made: [String], _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) {
  let difference = Set(made.map { Array($0.utf8) }).symmetricDifference(expected.map { Array($0.utf8) })
  #expect(
    difference.map { "\(String(decoding: $0.prefix(100), as: UTF8.self)): \($0.prefix(20))" } == [],
    sourceLocation: sourceLocation)
}

/// The descriptors that this process has open below a directory.
func openDescriptors(below path: String) throws -> [String] {
  try Files.list("/proc/self/fd").compactMap { try? Files.linkTarget("/proc/self/fd/\($0)") }.filter {
    $0.hasPrefix(path)
  }
}
