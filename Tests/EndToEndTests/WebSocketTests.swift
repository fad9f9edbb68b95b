import Deploy
import Posix
import TestKit
import Testing

@Suite("A WebSocket")
struct WebSocketTests {
  /// Where script/prepare put a Caddy that is newer than Debian's.
  private static var newerCaddy: String {
    let environment = CurrentProcess.environment
    return "\(environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache")/nextdeploy/tools/newer"
  }

  /// An app that answers with a text, and says it with whatever comes over a WebSocket.
  private static func app(_ text: String) -> [String: String] {
    App.node(
      text,
      extra: [
        "server.js": """
        \(App.server("answer.end('\(text)')"))
        server.on('upgrade', (request, socket) => {
          const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
          const accept = require('crypto').createHash('sha1').update(key).digest('base64')
          socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n')
          socket.write(`Sec-WebSocket-Accept: ${accept}\\r\\n\\r\\n`)
          socket.on('error', () => {}).on('end', () => socket.end())
          socket.on('data', (data) => socket.write(`\(text) heard ${data}`))
        })
        """
      ])
  }

  /// On Caddy 2.6 too, which closes all of them at a load.
  @Test("of the app's old release goes on until its drain ends, another app's for ever, over 20 deploys")
  func outlivesDeploys() throws {
    try Sandbox.run { sandbox in
      let (project, other) = (try sandbox.createApp(), try sandbox.createApp("blog"))
      // Longer than 20 deploys take on a busy machine.
      let settings = ["nextdeploy.json": #"{"drain": {"timeout": 600}}"#]
      try project.commit("One", Self.app("one").merging(settings) { $1 })
      try project.push().expectSuccess()
      try other.commit("Other", Self.app("other"))
      try other.push().expectSuccess()
      let visitor = try Client(try sandbox.publicPort("blog"))
      var own: Client? = try Client(try sandbox.publicPort())
      try project.commit("Two", Self.app("two"))
      try project.push().expectSuccess()

      for number in 1...20 {
        // A fast machine deploys more often than those between can drain, and a sandbox has 20 ports.
        try wait(until: "some of those between") { try sandbox.instances().count < 10 }
        try sandbox.nextdeploy("restart", "shop").expectSuccess()
        #expect(try visitor.answer(to: "hello \(number).") == "other heard hello \(number).")
        #expect(try own?.answer(to: "hello \(number).") == "one heard hello \(number).")
      }

      #expect(try sandbox.get() == "two")
      try wait(until: "those between") { try sandbox.instances().count == 3 }
      own = nil
      try wait(until: "the old instance's end") { try sandbox.instances().count == 2 }
      #expect(try visitor.answer(to: "bye.") == "other heard bye.")
    }
  }

  @Test("outlives a load of other sites where Caddy can keep it")
  func outlivesLoad() throws {
    try Sandbox.run(programs: Self.newerCaddy) { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", Self.app("one"))
      try project.push().expectSuccess()
      let client = try Client(try sandbox.publicPort())

      try sandbox.nextdeploy("config", "set", "switch", "reload").expectSuccess()

      #expect(try client.answer(to: "hello.") == "one heard hello.")
      try sandbox.nextdeploy("config", "show").expectSuccess().expect("switch", "reload")
      try sandbox.nextdeploy("restart", "shop").expectSuccess()
      #expect(try client.answer(to: "again.") == "one heard again.")
      #expect(try sandbox.get() == "one")
      try sandbox.nextdeploy("config", "unset", "switch").expectSuccess()
      #expect(try sandbox.get() == "one")
    }
  }
}

extension Sandbox {
  fileprivate func publicPort(_ app: String = "shop") throws -> Port {
    try Port(String(try url(app).split(separator: ":").last ?? ""))
  }
}

/// A visitor with a WebSocket (RFC 6455), who says and hears plain text instead of frames.
private final class Client {
  private let socket: Socket

  init(_ port: Port) throws {
    socket = try Socket(connectingTo: port.number, within: .seconds(10))
    try socket.write(
      "GET / HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    let answer = try receive(upTo: "\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 101 "))
  }

  func answer(to text: String) throws -> String {
    try socket.write(text)
    return try receive(upTo: text)
  }

  private func receive(upTo end: String) throws -> String {
    var text = ""
    while !text.hasSuffix(end) {
      let bytes = try #require(try socket.read(upTo: 4096, within: .seconds(30)), "no \(end) came")
      try #require(!bytes.isEmpty, "the connection ended after '\(text)'")
      text += String(decoding: bytes, as: UTF8.self)
    }
    return text
  }
}
