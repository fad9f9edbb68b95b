import Archives
import Posix
import TestKit
import Testing

@Suite("An archive is extracted")
struct ExtractionTests {
  /// Each way to write an archive, by a program that is not ours: the file's name and the command in the directory.
  static let writers: [(name: String, command: [String])] = [
    ("ustar", ["tar", "--format=ustar", "-cf", "ARCHIVE", "."]),
    ("gnu", ["tar", "--format=gnu", "-cf", "ARCHIVE", "."]),
    ("pax", ["tar", "--format=posix", "-cf", "ARCHIVE", "."]),
    ("bsdtar", ["bsdtar", "--no-xattrs", "-cf", "ARCHIVE", "."]),
    ("bsdtar ustar", ["bsdtar", "--format=ustar", "-cf", "ARCHIVE", "."]),
    ("gzip", ["tar", "-czf", "ARCHIVE", "."]),
    ("zstd", ["tar", "--zstd", "-cf", "ARCHIVE", "."]),
    ("xz", ["tar", "-cJf", "ARCHIVE", "."]),
    ("bzip2", ["tar", "-cjf", "ARCHIVE", "."]),
  ]

  @Test("as tar extracts it: content, permissions, times and links", arguments: writers)
  func asTar(_ writer: (name: String, command: [String])) throws {
    let yard = try Yard()
    let archive = "\(yard.path)/archive"
    let source = try makeSource(in: yard)
    try runProgram(writer.command.map { $0 == "ARCHIVE" ? archive : $0 }, in: source)
    let sum = try runProgram(["sha256sum", archive]).prefix(64)
    try Files.makeDirectory("\(yard.path)/expected")
    // bsdtar would compose the accents in pax names.
    try runProgram([
      "tar", "--delay-directory-restore", "--no-same-owner", "-xf", archive, "-C", "\(yard.path)/expected",
    ])

    let extracted = try yard.extract(file: archive)

    // The top is the caller's.
    let expected = try yard.describe("\(yard.path)/expected").filter { !$0.hasPrefix(". ") }
    let made = try yard.describe(yard.release).filter { !$0.hasPrefix(". ") }
    expectSame(made, expected)
    #expect(extracted.sha256 == sum)
    #expect(extracted.entries == expected.count + 1)
    #expect(try openDescriptors(below: yard.path) == [])
  }

  static let zips: [(name: String, command: [String])] = [
    ("zip", ["zip", "-qry", "ARCHIVE", "."]),
    ("stored", ["zip", "-qry0", "ARCHIVE", "."]),
    ("zip64", ["zip", "-qryfz", "ARCHIVE", "."]),
    ("bsdtar", ["bsdtar", "--format=zip", "-cf", "ARCHIVE", "."]),
    ("Python", ["python3", "-c", "import shutil; shutil.make_archive('ARCHIVE'[:-4], 'zip')"]),
  ]

  @Test("as unzip extracts it: content, permissions, times and symlinks", arguments: zips)
  func asUnzip(_ writer: (name: String, command: [String])) throws {
    let yard = try Yard()
    let archive = "\(yard.path)/archive.zip"
    let source = try makeSource(in: yard)
    try Files.remove("\(source)/back\\slash")
    // Python's zipfile follows links.
    if writer.name == "Python" { try runProgram(["find", source, "-type", "l", "-delete"]) }
    var environment = CurrentProcess.environment
    environment["LC_ALL"] = "C.UTF-8"
    try runProgram(
      writer.command.map { $0.replacing("ARCHIVE", with: archive) }, in: source, environment: environment)
    try Files.makeDirectory("\(yard.path)/expected")
    try runProgram(["unzip", "-q", archive, "-d", "\(yard.path)/expected"], environment: environment)

    try yard.extract(file: archive)

    let expected = try yard.describe("\(yard.path)/expected").filter { !$0.hasPrefix(". ") }.map(withoutLinkTime)
    let made = try yard.describe(yard.release).filter { !$0.hasPrefix(". ") }.map(withoutLinkTime)
    expectSame(made, expected)
    #expect(try openDescriptors(below: yard.path) == [])
  }

  @Test("with what a release may keep: nobody else writes, the owner always can, nothing is special")
  func keepsWhatItMay() throws {
    let yard = try Yard()
    let text = Array("text".utf8)
    var tar = Tar()
    tar.add("./", "5", [], mode: 0o777)
    tar.add("./closed", "0", text, mode: 0)
    tar.add("./open", "0", text, mode: 0o666)
    tar.add("./program", "0", text, mode: 0o777)
    tar.add("./sticky", "0", text, mode: 0o1644)
    tar.add("./implied/file", "0", text)
    tar.add("shut/", "5", [], mode: 0)
    tar.add("shut/file", "0", text)
    tar.add("shared", "5", [], mode: 0o3777)
    // A directory may be named again: the last time counts.
    tar.add("shut", "5", [], mode: 0o500, time: 1_600_000_000)
    tar.addPax([("LIBARCHIVE.xattr.com.apple.provenance", "AQA"), ("mtime", "1700000001.25")])
    tar.add("apple", "0", text)
    tar.addPax([("mtime", "99999999999999")])
    tar.add("late", "0", text)
    tar.addPax([("mtime", "-5")])
    tar.add("early", "0", text)
    tar.add("second", "1", to: "./open")

    let extracted = try yard.extract(tar.ended)

    #expect(extracted.entries == 14)
    #expect(extracted.bytes == 36)
    var tree = try yard.describe(yard.release)
    // Those that no entry tells.
    tree.removeAll { $0.hasPrefix(". ") || $0.hasPrefix("implied directory") }
    #expect(
      tree == [
        "apple file 644 1700000001 1 text", "closed file 600 1700000000 1 text", "early file 644 0 1 text",
        "implied/file file 644 1700000000 1 text", "late file 644 9000000000 1 text",
        "open file 644 1700000000 2 text", "program file 755 1700000000 1 text", "second file 644 1700000000 2 text",
        "shared directory 755 1700000000", "shut directory 700 1600000000", "shut/file file 644 1700000000 1 text",
        "sticky file 644 1700000000 1 text",
      ])
    #expect(try Files.status("\(yard.release)/apple")?.modified == 1_700_000_001_250_000_000)
    #expect(try Files.status("\(yard.release)/implied")?.mode == 0o755)
    #expect(try Files.status(yard.release)?.mode == 0o755)
  }

  /// unzip gives links no time.
  private func withoutLinkTime(_ line: String) -> String { line.replacing(#/ link \d+ /#, with: " link ") }

  /// A directory with everything that a release may have.
  private func makeSource(in yard: Yard) throws -> String {
    let source = "\(yard.path)/source"
    try Files.makeDirectory("\(source)/app/[slug]/(группа)")
    try Files.makeDirectory("\(source)/empty")
    for (name, text) in [
      ("server.js", "a"), ("app/[slug]/page.js", "b"), ("app/[slug]/(группа)/日本.js", "c"), ("none", ""),
      ("run", "#!/bin/sh\n"), (".env", "X=1"), ("with space and a 'quote'", "d"), ("back\\slash", "e"),
      ("caf\u{65}\u{301}.js", "decomposed"), ("caf\u{e9}.js", "composed"),
      ("large", String(repeating: "0123456789abcdef", count: 20_000)),
    ] { try Files.write(text, to: "\(source)/\(name)", durable: false) }
    try runProgram(["chmod", "755", "\(source)/run"])
    try runProgram(["chmod", "600", "\(source)/.env"])
    try runProgram(["chmod", "700", "\(source)/empty"])
    try runProgram(["ln", "\(source)/large", "\(source)/app/second"])
    for (name, target) in [
      ("link", "server.js"), ("app/up", "../app/[slug]"), ("nowhere", "none/such"),
      ("to decomposed", "caf\u{65}\u{301}.js"), ("self", "."),
      ("app/dot", "./../run"),
      ("группа", "app/[slug]/(группа)"),
    ] { try Files.link("\(source)/\(name)", to: target) }
    try runProgram(["find", source, "-exec", "touch", "-h", "-d", "2021-02-03 04:05:06", "{}", "+"])
    return source
  }
}
