import Posix
import Testing

@testable import Host

@Suite("The pause before systemd's restart")
struct RestartPausesTests {
  @Test(
    "doubles from 1 s up to 30 s, and begins anew after a run of a minute",
    arguments: [
      ("", 0), ("90", 0), ("x y", 0), ("100 0", 1), ("100 1", 2), ("100 2", 4), ("100 8", 16), ("100 16", 30),
      ("100 30", 30), ("41 30", 30), ("40 30", 1), ("40 0", 1), ("500 4", 8),
    ] as [(String, Int)])
  func pause(text: String, seconds: Int) {
    #expect(RestartPauses.pause(after: text, now: 100) == .seconds(seconds))
  }

  @Test("is written down with each start, and forgotten by one that is told to")
  func file() async throws {
    try await Scratch.run { scratch in
      let pauses = RestartPauses(path: "\(scratch.path)/restarts")
      var reports: [String] = []
      let wait = { try pauses.wait { reports.append($0) } }

      try wait()
      #expect(try scratch.files(below: scratch.path) == [], "an instance of an earlier nextdeploy has no file")
      try pauses.begin()
      for expected in [0, 1, 2] {
        try wait()
        let text = try scratch.text("restarts")
        #expect(text?.hasSuffix(" \(expected)\n") == true, "\(String(describing: text))")
      }
      #expect(reports == ["the app ended soon after its start, again; it is started after 2 s"])
      try pauses.forget()
      #expect(try scratch.text("restarts") == "")
    }
  }
}
