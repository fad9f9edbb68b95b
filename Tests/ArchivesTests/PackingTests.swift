import Archives
import Posix
import TestKit
import Testing

@Suite("A directory is packed")
struct PackingTests {
  @Test(
    "so that it is extracted as it was, but for owners, times and odd permissions",
    arguments: PackedArchive.Compression.allCases)
  func extractsAgain(_ compression: PackedArchive.Compression) throws {
    let yard = try Yard()
    try write(to: "\(yard.path)/source", in: yard)

    let packed = try pack("\(yard.path)/source", compression, .normal(time: 1_700_000_000), in: yard)
    let sum = try runProgram(["sha256sum", "\(yard.path)/packed"]).prefix(64)
    let extracted = try yard.extract(file: "\(yard.path)/packed")

    let long = String(repeating: "long", count: 40)
    expectSame(
      try yard.describe(yard.release).filter { !$0.hasPrefix(". ") },
      [
        "app directory 755 1700000000", "app/\(long) file 644 1700000000 1 a", "app/up link 1700000000 ../run",
        "empty directory 755 1700000000", "run file 755 1700000000 1 #!/bin/sh",
        "second file 755 1700000000 1 #!/bin/sh", "группа.js file 644 1700000000 1 b",
        "e\u{301} file 644 1700000000 1 c",
      ])
    #expect(packed.sha256 == sum && extracted.sha256 == sum)
    #expect(packed.entries == 8 && extracted.entries == 8)
    #expect(packed.bytes == 21 && extracted.bytes == 21)
    #expect(try runProgram(["tar", "-tf", "\(yard.path)/packed"]).split(separator: "\n").count == 8)
    #expect(try openDescriptors(below: yard.path) == [])
  }

  @Test(
    "into the same bytes from the same files, whenever and in whatever order they were made",
    arguments: PackedArchive.Compression.allCases)
  func isReproducible(_ compression: PackedArchive.Compression) throws {
    let yard = try Yard()
    try write(to: "\(yard.path)/source", in: yard)
    try write(to: "\(yard.path)/other", in: yard, reversed: true)
    try runProgram(["find", "\(yard.path)/other", "-exec", "touch", "-h", "-d", "2001-01-01", "{}", "+"])
    try runProgram(["chmod", "700", "\(yard.path)/other/run"])

    let first = try pack("\(yard.path)/source", compression, in: yard)
    let second = try pack("\(yard.path)/other", compression, in: yard)

    #expect(first == second)
    // A file system may happen to list both in one order, which need not be this one.
    let names = try runProgram(["tar", "--quoting-style=literal", "-tf", "\(yard.path)/packed"]).split(separator: "\n")
    #expect(names.map { Array($0.utf8) } == sorted.map { Array($0.utf8) })
    if compression == .gzip {
      // Where gzip has the time of the packing.
      let head = try FileDescriptor(path: "\(yard.path)/packed", .read).read(upTo: 8)
      #expect(head.suffix(4) == [0, 0, 0, 0])
    }
  }

  @Test(
    "faithfully: permissions, times and links come back as they were, but for special bits",
    arguments: PackedArchive.Compression.allCases)
  func isFaithful(_ compression: PackedArchive.Compression) throws {
    let yard = try Yard()
    let source = "\(yard.path)/source"
    try write(to: source, in: yard)
    let commands = """
      mkdir -p closed/inner shared; echo a > closed/inner/file; echo b > closed/file; echo s > suid
      chmod 4755 suid; chmod 444 app/long*; chmod 600 second; chmod 666 closed/file; chmod 1777 shared; chmod 0 e*
      touch -d '2026-11-27 22:06:07.123456789' run app/long*; touch -d @0 second; touch -d @-1.25 группа.js
      ln -s /nowhere/at/all closed/absolute; ln -s ../../../.. out; touch -h -d '2002-02-02' out closed/absolute
      touch -h -d '2001-02-03 04:05:06.000000001' app/up; touch -d @0 empty; touch -d '2250-01-01' closed/file
      chmod 500 closed/inner; chmod 555 closed; touch -d '2011-01-01 00:00:00.5' app closed closed/inner
      """
    try runProgram(["sh", "-ec", commands], in: source)

    let packed = try pack(source, compression, .faithful, in: yard)
    let checked = try Archive.check(FileDescriptor(path: "\(yard.path)/packed", .read), limits: ArchiveLimits())
    #expect(checked.sha256 == packed.sha256 && checked.digest == packed.digest)
    try runProgram(["touch", "-d", "@1", "\(source)/suid"])
    #expect(try pack(source, compression, .faithful, in: yard).digest != packed.digest, "times count")
    try yard.extract(file: "\(yard.path)/packed", isFaithful: true)

    try runProgram(["chmod", "755", "\(source)/suid"])
    try runProgram(["chmod", "777", "\(source)/shared"])
    let (before, after) = try (list(source), list(yard.release))
    #expect(before.count == 16)
    expectSame(after, before)
    try runProgram(["diff", "-r", "--no-dereference", source, yard.release])
  }

  @Test("without what is left out")
  func leavesOut() throws {
    let yard = try Yard()
    try write(to: "\(yard.path)/source", in: yard)

    let directory = try Directory("\(yard.path)/source")
    let packed = try Archive.pack(directory, to: FileDescriptor(path: "\(yard.path)/packed", .replace)) {
      $0 == "app" || $0 == "run"
    }

    #expect(packed.entries == 4)
    try yard.extract(file: "\(yard.path)/packed")
    #expect(try Set(yard.paths()) == ["e\u{301}", "empty", "second", "группа.js"])
  }

  @Test(
    "only where each entry may be in a release",
    arguments: [
      ("ln -s /etc l", "packing the archive: entry 2 'l': it is a link to the absolute path '/etc'"),
      ("ln -s ../../x l", "entry 2 'l': it is a link to '../../x', which is outside of the release"),
      ("ln -s a/../../x l", "which is outside of the release"),
      ("mkfifo l", "entry 2 'l': it is a named pipe, a socket or a device"),
      ("touch \"$(printf 'l\\033')\"", "control characters"),
    ])
  func refuses(_ command: String, _ phrase: String) throws {
    let yard = try Yard()
    try Files.makeDirectory("\(yard.path)/source")
    try runProgram(["sh", "-c", "touch a; \(command)"], in: "\(yard.path)/source")

    let error = #expect(throws: ArchiveError.self) { try pack("\(yard.path)/source", .zstd, in: yard) }

    #expect(error?.description.contains(phrase) == true, "\(String(describing: error))")
    #expect(try openDescriptors(below: yard.path) == [])
  }

  /// What is packed of ``write(to:in:reversed:)``, in the order of the bytes.
  private var sorted: [String] {
    [
      "app/", "app/\(String(repeating: "long", count: 40))", "app/up", "empty/", "e\u{301}", "run", "second",
      "группа.js",
    ]
  }

  @discardableResult
  private func pack(
    _ source: String, _ compression: PackedArchive.Compression, _ attributes: PackedArchive.Attributes = .normal(),
    in yard: Yard
  ) throws -> PackedArchive {
    try Archive.pack(
      Directory(source), to: FileDescriptor(path: "\(yard.path)/packed", .replace), compression, attributes)
  }

  /// Everything below a directory, a line each with permissions, time to the nanosecond, and target.
  private func list(_ directory: String) throws -> [String] {
    try runProgram(["find", directory, "-mindepth", "1", "-printf", #"%P %y %m %T@ %l\n"#])
      .split(separator: "\n").map(String.init)
  }

  private func write(to directory: String, in yard: Yard, reversed: Bool = false) throws {
    var files = [
      ("run", "#!/bin/sh"), ("app/\(String(repeating: "long", count: 40))", "a"), ("группа.js", "b"), ("e\u{301}", "c"),
    ]
    if reversed { files.reverse() }
    for (name, text) in files {
      try Files.makeDirectory(Files.parent("\(directory)/\(name)"))
      try Files.write(text, to: "\(directory)/\(name)", durable: false)
    }
    try Files.makeDirectory("\(directory)/empty")
    try runProgram(["chmod", "775", "\(directory)/run"])
    try runProgram(["ln", "\(directory)/run", "\(directory)/second"])
    try Files.link("\(directory)/app/up", to: "../run")
  }
}
