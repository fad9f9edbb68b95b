import Deploy
import Posix
import TestKit
import Testing

@Suite("What an app writes, where there is no systemd")
struct LogTests {
  @Test("takes no more than its share of the disk, and the app goes on")
  func limit() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let server = """
        require('fs').writeSync(1, 'first\\n' + ('x'.repeat(99) + '\\n').repeat(250000) + 'last\\n')
        \(App.server("console.log('asked'); answer.end('one')"))
        """
      try project.commit("One", App.node("one", extra: ["server.js": server]))

      try project.push().expectSuccess()

      let log = Files.resolved("\(sandbox.app())/logs/live")
      try wait(until: "the log to begin anew") { try Files.status(log)?.size ?? .max <= 10 << 20 }
      #expect(try Files.status("\(log).old")?.size == 10 << 20)
      // It may have begun anew while the app still wrote.
      let kept = try Files.lastLines("\(log).old", count: 5) + Files.lastLines(log, count: 5)
      #expect(kept.contains("last"))
      #expect(try sandbox.get() == "one")
      try wait(until: "what it writes then") { try Files.lastLines(log, count: 5).contains("asked") }
      #expect(try Files.status(log)?.size ?? .max <= 10 << 20)
    }
  }
}
