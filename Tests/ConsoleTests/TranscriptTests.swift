@testable import Console
@testable import Deploy
import Testing

@Suite("What people read of a deploy")
struct TranscriptTests {
  @Test("has a line for each step, and its program's output below its name")
  func lineForEachStep() {
    var transcript = Transcript()
    let events: [Event] = [
      .stepStarted(.install, detail: "npm ci"), .stepFinished(.install, result: "unchanged, skipped", seconds: 0.004),
      .stepStarted(.build, detail: "npm run build"), .output(Array("one\ntw".utf8)), .output(Array("o\nthree".utf8)),
      .stepFinished(.build, result: "Node app", seconds: 12.345),
    ]

    let lines = events.flatMap { transcript.lines($0).map(\.text) }

    #expect(
      lines == [
        "install   \("unchanged, skipped".padded(to: 48))  0.00 s", "build     npm run build", "    one", "    two",
        "    three", "build     \("Node app".padded(to: 48))  12.35 s",
      ])
  }

  @Test("ends with where it failed, why, and what is still live")
  func endsWithFailure() throws {
    var transcript = Transcript()
    let failure = Failure("building", "exit code 1", next: "Correct it.", excerpt: ["last"])

    let lines = transcript.lines(.failed(.build, failure, live: try ReleaseID("20261123-154512")))

    #expect(
      lines.map(\.text) == [
        "FAILED at build: building", "  exit code 1", "  last lines:", "    last", "  next: Correct it.",
        "The old release 20261123-154512 is still live.",
      ])
    #expect(lines.first?.colour == .red)
  }
}
