import TestKit
import Testing

@testable import Posix

@Suite("A tethered process")
struct TetheredProcessTests {
  private func start(_ line: String, _ place: Place) throws -> TetheredProcess {
    try TetheredProcess(
      Command(["/bin/sh", "-c", line, "sh", "\(place.path)/id"], environment: CurrentProcess.environment),
      output: .file("\(place.path)/out"))
  }

  /// The process id that the program wrote.
  private func program(_ place: Place) throws -> Int32 {
    try wait(for: "the program") { try Files.text("\(place.path)/id").flatMap { Int32($0.dropLast()) } }
  }

  private static let forever = "echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"; exec sleep 1000"

  @Test("ends when it is told to")
  func told() throws {
    let place = try Place()
    let process = try start(Self.forever, place)
    let id = try program(place)
    #expect(try process.poll() == nil)

    try process.end()

    #expect(ProcessIdentity(of: id) == nil)
  }

  @Test("ends when nobody holds it any more, as where the one that started it was killed")
  func dropped() throws {
    let place = try Place()
    let (id, shell): (Int32, ChildProcess)
    do {
      let process = try start(Self.forever, place)
      (id, shell) = (try program(place), process.shell)
      #expect(try process.poll() == nil)
    }

    try wait(until: "the program's end") { ProcessIdentity(of: id) == nil }
    // Swift Testing does not see the end of its own processes while one is there that nobody has waited for.
    _ = try shell.wait()
  }

  @Test("tells how it ended by itself")
  func alone() throws {
    let place = try Place()
    let process = try start("echo gone; exit 7", place)
    var status: Posix.ExitStatus?
    while status == nil { status = try process.poll() }

    #expect(status == .exited(7))
    #expect(try Files.text("\(place.path)/out") == "gone\n")
  }
}
