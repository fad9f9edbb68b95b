import Posix
import TestKit
import Testing

/// Without systemd all apps have one user, and nobody keeps one from another's port: it is seen, and nothing goes live.
@Suite("A port that an app was given")
struct StrangerTests {
  @Test("where another app listens sends no visitor to that: the deploy fails and names it", arguments: [true, false])
  func late(isLive: Bool) throws {
    try Sandbox.run { sandbox in
      let (blog, shop) = (try sandbox.createApp("blog"), try sandbox.createApp("shop"))
      if isLive {
        try shop.commit("One", App.node("shop"))
        try shop.push().expectSuccess()
      }
      // It takes the next instance's port as soon as that has one.
      let thief = """

        const fs = require('fs')
        const wanted = () => fs.readdirSync('\(sandbox.root)/instances').filter(name => name.startsWith('shop:'))
        const known = wanted()
        const look = setInterval(() => {
          const found = wanted().find(name => !known.includes(name) && fs.existsSync(`\(sandbox.root)/instances/${name}/status`))
          if (!found) return
          clearInterval(look)
          require('http').createServer((_, answer) => answer.end('stolen')).listen(found.split(':')[1], '127.0.0.1')
        }, 5)
        """
      try blog.commit("Thief", App.node("blog", extra: ["server.js": App.server("answer.end('blog')") + thief]))
      try blog.push().expectSuccess()
      let slow = App.server("answer.end('shop')")
      try shop.commit(
        "Late", App.node("shop", extra: ["server.js": "setTimeout(() => {\n\(slow)\n}, 3000)\n"]))

      let push = try shop.push().expect(status: 1)

      push.expect("FAILED at health", "which shop was given, is taken by node (process ", "of the app blog")
      push.expectNo("live: ")
      if isLive { #expect(try sandbox.get() == "shop") }
      #expect(try sandbox.get(app: "blog") == "blog")
      // That port is no longer given out.
      try shop.push().expectSuccess()
      #expect(try sandbox.get() == "shop")
    }
  }

  @Test("where the app's own old release listens does not make the new one healthy")
  func oldRelease() throws {
    try Sandbox.run { sandbox in
      let shop = try sandbox.createApp("shop")
      // As one that has its metrics on the next port, once that is somebody's.
      let greedy = """

        const next = Number(process.env.PORT) + 1
        setInterval(() => {
          if (!require('fs').existsSync(`\(sandbox.root)/instances/shop:${next}/status`)) return
          require('http').createServer((_, answer) => answer.end('old')).on('error', () => {}).listen(next, '127.0.0.1')
        }, 5)
        """
      try shop.commit("Greedy", App.node("one", extra: ["server.js": App.server("answer.end('one')") + greedy]))
      try shop.push().expectSuccess()
      let slow = App.server("answer.end('two')")
      try shop.commit("Late", App.node("two", extra: ["server.js": "setTimeout(() => {\n\(slow)\n}, 3000)\n"]))

      try shop.push().expect(status: 1).expect("FAILED at health", "is taken by node (process ", "of the app shop")

      #expect(try sandbox.get() == "one")
    }
  }

  @Test("where another program sits while the app is down is reported by status")
  func down() throws {
    try Sandbox.run { sandbox in
      let shop = try sandbox.createApp("shop")
      let server =
        "if (require('fs').existsSync('\(sandbox.home)/down')) process.exit(1)\n" + App.server("answer.end('one')")
      try shop.commit("One", App.node("one", extra: ["server.js": server]))
      try shop.push().expectSuccess()
      let instance = try #require(try sandbox.instances().first)
      let port = try #require(instance.split(separator: ":").last.flatMap { Int($0) })
      try Files.write("", to: "\(sandbox.home)/down")
      let app = try #require(
        sandbox.processes().first { $0.contains("server.js") }.flatMap { Int32($0.prefix { $0 != " " }) })
      ProcessIdentity(of: app)?.signal(.kill)
      try wait(until: "its end") { Socket.isFree(UInt16(port)) }

      try sandbox.occupied(port) { process in
        try sandbox.nextdeploy("status", "--app", "shop").expectSuccess()
          .expect("port \(port) is taken by node (process \(process)), which listens on 0.0.0.0:\(port)")
      }
    }
  }

  @Test("is not to be had where one app has taken them all: the failure names that app, and what is live stays")
  func all() throws {
    try Sandbox.run { sandbox in
      let (blog, shop) = (try sandbox.createApp("blog"), try sandbox.createApp("shop"))
      try shop.commit("One", App.node("shop"))
      try shop.push().expectSuccess()
      let greedy = """

        for (let port = \(sandbox.port(0)); port < \(sandbox.port(20)); port++)
          require('net').createServer().on('error', () => {}).listen(port, '127.0.0.1')
        """
      try blog.commit("Greedy", App.node("blog", extra: ["server.js": App.server("answer.end('blog')") + greedy]))
      try blog.push().expectSuccess()
      try shop.commit("Two", App.node("two"))

      let push = try shop.push().expect(status: 1)

      push.expect(
        "FAILED at boot: looking for a free port for shop", "are taken, 18 of them by node (process ", "of the app blog"
      )
      #expect(try sandbox.get() == "shop")
    }
  }
}
