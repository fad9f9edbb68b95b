import Posix
import TestKit
import Testing

@testable import Adapters

@Suite("The pause before systemd's restart")
struct RestartPausesTests {
  @Test(
    "doubles from 1 s up to 30 s, and begins anew after a run of a minute",
    arguments: [
      ("", 0), ("90", 0), ("x y", 0), ("100 0\n", 1), ("100 1\nexit code 3\n", 2), ("100 2", 4), ("100 8", 16),
      ("100 16", 30),
      ("100 30", 30), ("41 30", 30), ("40 30", 1), ("40 0", 1), ("500 4", 8),
    ] as [(String, Int)])
  func pause(text: String, seconds: Int) {
    #expect(RestartPauses.pause(after: text, now: 100) == .seconds(seconds))
  }

  @Test("is written down with each start, with how the app ended, and forgotten by one that is told to")
  func file() async throws {
    try await Scratch.run { scratch in
      let pauses = RestartPauses(path: "\(scratch.path)/restarts")
      var reports: [String] = []

      // An instance that an earlier nextdeploy started has no file.
      try pauses.wait { reports.append($0) }
      try pauses.note("exit code 3")
      #expect(try scratch.files(below: scratch.path) == [])

      try pauses.begin()
      #expect(try !pauses.isFirstRun)
      for pause in 0...2 {
        #expect(try pauses.exit == (pause == 0 ? nil : "exit code 3"))
        try pauses.wait { reports.append($0) }
        let text = try scratch.text("restarts")
        #expect(text?.hasSuffix(" \(pause)\n") == true, "\(String(describing: text))")
        #expect(try pauses.isFirstRun == (pause == 0))
        try pauses.note("exit code 3")
        #expect(try !pauses.isFirstRun)
      }
      #expect(reports == ["the app ended soon after its start, again; it is started after 2 s"])

      try pauses.forget()
      #expect(try scratch.text("restarts") == "")
    }
  }

  @Test(
    "knows how the app ended from what systemd tells",
    arguments: [
      ([:], nil), (["EXIT_CODE": "exited", "EXIT_STATUS": "7"], "exit code 7"),
      (["EXIT_CODE": "killed", "EXIT_STATUS": "KILL"], "signal KILL"),
      (["EXIT_CODE": "dumped", "EXIT_STATUS": "ABRT"], "signal ABRT"),
    ] as [([String: String], String?)])
  func exit(environment: [String: String], words: String?) {
    #expect(InstanceRun.exit(in: environment) == words)
  }
}
