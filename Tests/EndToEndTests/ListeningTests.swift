import Deploy
import TestKit
import Testing

@Suite("An app that listens")
struct ListeningTests {
  @Test("on all addresses goes live, and its pusher is warned", arguments: ["0.0.0.0", "::"])
  func open(host: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let server = App.server("answer.end('hello')", listen: "process.env.PORT, '\(host)'")
      try project.commit("Open", App.node("", extra: ["server.js": server]))

      let push = try project.push().expectSuccess()

      let port = try #require(try sandbox.instances().first?.split(separator: ":").last)
      push.expect(
        "warning: shop listens on \(ListeningAddress(host: host, port: UInt16(port) ?? 0)): without a firewall")
      #expect(try sandbox.get() == "hello")
    }
  }

  @Test("on the address in HOSTNAME goes live without a word")
  func loopback() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let server = App.server("answer.end('hello')", listen: "process.env.PORT, process.env.HOSTNAME")
      try project.commit("Closed", App.node("", extra: ["server.js": server]))

      let push = try project.push().expectSuccess()

      push.expectNo("warning: shop listens")
    }
  }
}
