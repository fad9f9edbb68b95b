import Archives
import Posix
import TestKit
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Changed archives, again and again: each is an error or a tree that stays in the release. `script/fuzz` runs it for longer
/// and with other seeds.
@Suite("An archive that was changed at random")
struct FuzzTests {
  @Test("is refused, or becomes a tree in the release")
  func isRefusedOrStays() throws {
    let environment = CurrentProcess.environment
    let seed = environment["NEXTDEPLOY_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    let only = environment["NEXTDEPLOY_FUZZ_CASE"].flatMap { UInt64($0) }
    let deadline = environment["NEXTDEPLOY_FUZZ_SECONDS"].flatMap { Int($0) }.map { ContinuousClock.now + .seconds($0) }
    let progress = environment["NEXTDEPLOY_FUZZ_PROGRESS"]
    let yard = try Yard()
    let mutator = Mutator(originals: try originals(in: yard))
    var (number, made, isGoing) = (only ?? 0, 0, true)

    while isGoing {
      // Whoever looks after a crash finds the case there.
      if let progress { try FileDescriptor(path: progress, .replace).write("\(number)\n".utf8) }
      let (isMade, problems) = try run(number, seed, mutator, in: yard)
      if isMade { made += 1 }
      for problem in problems { Issue.record("script/fuzz --seed \(seed) --case \(number): \(problem)") }
      number += 1
      isGoing = problems.isEmpty && only == nil && deadline.map { ContinuousClock.now < $0 } ?? (number < 300)
    }

    print("fuzz: seed \(seed), \(number) archives, \(made) of them became a tree")
    #expect(only != nil || made > 0)
  }

  /// Extracts one changed archive: whether it became a tree, and what should not have happened.
  private func run(
    _ number: UInt64, _ seed: UInt64, _ mutator: Mutator, in yard: Yard
  ) throws -> (isMade: Bool, problems: [String]) {
    var random = Random(seed: seed, case: number)
    let bytes = mutator.archive(&random)
    var limits = ArchiveLimits()
    (limits.bytes, limits.entries, limits.seconds) = (4 << 20, 500, 10)
    var isMade = false
    var problems: [String] = []
    let start = ContinuousClock.now

    do {
      let extracted = try yard.extract(bytes, limits: limits)
      isMade = true
      if extracted.bytes > limits.bytes || extracted.entries > limits.entries { problems.append("over a limit") }
    } catch is ArchiveError {} catch { problems.append("an error that is not the archive's: \(error)") }

    if ContinuousClock.now - start > .seconds(limits.seconds + 10) { problems.append("it took too long") }
    if try !yard.isUntouched { problems.append("something outside of the release has changed") }
    problems += try TreeCheck.strays(in: yard.release)
    problems += try openDescriptors(below: yard.path).map { "\($0) is still open" }
    try yard.clear()
    return (isMade, problems)
  }

  /// An archive of each kind.
  private func originals(in yard: Yard) throws -> [Mutator.Original] {
    let text = Array("text".utf8)
    var plain = Tar()
    plain.add("d/", "5", [], mode: 0o755)
    plain.add("d/file", "0", text)
    plain.add("l", "2", to: "d/file")
    plain.add("d/up", "2", to: "..")
    plain.add("d/h", "1", to: "d/file")
    plain.add("run", "0", [UInt8](repeating: 0x61, count: 1300), mode: 0o755)
    var pax = Tar()
    pax.addPax([("comment", "x")], "g")
    pax.addPax([("path", "d/\(String(repeating: "long", count: 30))"), ("mtime", "1700000000.5")])
    pax.add("d/short", "0", text)
    pax.addPax([("linkpath", "d/e\u{301}"), ("path", "e\u{301}")])
    pax.add("l", "2", to: "d")
    var gnu = Tar()
    gnu.add("././@LongLink", "L", Array("d/\(String(repeating: "long", count: 30))\0".utf8), magic: "ustar  \0")
    gnu.add("d/short", "0", text, magic: "ustar  \0")
    gnu.add("././@LongLink", "K", Array("d/\(String(repeating: "x", count: 120))\0".utf8), magic: "ustar  \0")
    gnu.add("l", "2", to: "d", magic: "ustar  \0")
    gnu.add("s", "S", text, magic: "ustar  \0")
    let entries = [
      Zip.Entry(name: Array("d/".utf8), content: [], mode: 0o040755),
      Zip.Entry(name: Array("d/file".utf8), content: text, mode: 0o100644),
      Zip.Entry(name: Array("l".utf8), content: Array("d/file".utf8), mode: 0o120777),
    ]
    var zip = Zip()
    for entry in entries { zip.add("", change: { $0 = entry }) }
    let compressed = try StreamTests.compressors.map {
      Mutator.Original.bytes(try yard.compressed(plain.ended, by: $0))
    }
    return [.tar(plain.ended), .tar(pax.ended), .tar(gnu.ended), .zip(entries), .bytes(zip.bytes)] + compressed
      + [.bytes(try deflated(in: yard))]
  }

  /// A zip archive that a program has compressed.
  private func deflated(in yard: Yard) throws -> [UInt8] {
    let directory = "\(yard.path)/source"
    try Files.makeDirectory("\(directory)/d")
    try Files.write(String(repeating: "text", count: 100), to: "\(directory)/d/file", durable: false)
    try Files.link("\(directory)/l", to: "d/file")
    try runProgram(["zip", "-qry", "\(directory)/archive.zip", "d", "l"], in: directory)
    defer { try? Files.remove(directory) }
    return try FileDescriptor(path: "\(directory)/archive.zip", .read).readToEnd()
  }
}
