import Posix
import TestKit
import Testing

/// One app that does what a Next.js app does behind a proxy (Tests/Fixtures/next-site), on the versions that the tests'
/// registry has. Next 14 was tried by hand only: it is not there.
@Suite("A Next.js site", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct NextSiteTests {
  private static let check = "\(ThisProject.path)/Tests/Fixtures/next-check"

  @Test("gives visitors what next start does, but at their own address", arguments: ["15.5.29", "16.4.5"])
  func behindCaddy(version: String) throws {
    try Sandbox.run { sandbox in
      let (backend, start) = sandbox.sparePorts
      let behind = try sandbox.start(["node", "\(Self.check)/backend.mjs", "\(backend)"], name: "backend")
      defer { behind.end() }
      let project = try sandbox.createApp(environment: ["BACKEND": "http://127.0.0.1:\(backend)"])
      try commit(version, project)

      let push = try project.push().expectSuccess()

      push.expect("Next.js \(version) (standalone)", "live: ")
      let site = try sandbox.url()
      let other = try startNext(sandbox, port: start)
      defer { other.end() }
      let address = "127.0.0.1:\(try #require(site.split(separator: ":").last))"
      try sandbox.run(["node", "\(Self.check)/check.mjs", site, address, "\(backend)", "\(start)"]).expectSuccess()
        .expect("hold")
      try expectNewOrigin(sandbox, backend)
      try expectAfterEnds(sandbox, backend)
    }
  }

  @Test("with a server of its own is started by that, its WebSockets included")
  func ownServer() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let files = try Fixture.files("next-app").merging([
        "package-lock.json": "",
        "package.json": """
        {"name": "own", "scripts": {"build": "next build", "start": "NODE_ENV=production node server.js"},
          "dependencies": {"next": "16.4.5", "react": "19.3.1", "react-dom": "19.3.1", "ws": "8.23.0"}}
        """,
        "proxy.js": """
        import { NextResponse } from 'next/server'
        export const proxy = (request) => NextResponse.rewrite(new URL('/', request.url))
        export const config = { matcher: ['/rewritten'] }
        """,
        "server.js": """
        const { WebSocketServer } = require('ws')
        const [hostname, port] = [process.env.HOSTNAME, Number(process.env.PORT)]
        const app = require('next')({ dev: false, hostname, port })
        app.prepare().then(() => {
          const server = require('http').createServer(app.getRequestHandler())
          const sockets = new WebSocketServer({ noServer: true })
          server.on('upgrade', (request, socket, head) => {
            if (request.url === '/chat') sockets.handleUpgrade(request, socket, head, (client) => client.send('welcome'))
          })
          server.listen(port, hostname)
        })
        """,
      ]) { $1 }
      try project.write(files.mapValues { $0.isEmpty ? nil : $0 })
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("First")

      try project.push().expectSuccess().expect("Node app, npm ")

      // As behind TLS, where a server that takes itself for another site answers 500.
      let instance = try #require(try sandbox.instances().first?.split(separator: ":").last)
      try sandbox.run([
        "curl", "--silent", "--fail", "--header", "X-Forwarded-Proto: https", "http://localhost:\(instance)/rewritten",
      ]).expectSuccess().expect("version 1")
      let socket = try sandbox.run([
        "node", "-e",
        """
        const socket = new (require('\(project.directory)/../root/apps/shop/current/app/node_modules/ws'))(process.argv[1])
        socket.on('message', (text) => { console.log(String(text)); socket.close() })
        """, "\(try sandbox.url().replacing("http:", with: "ws:"))/chat",
      ])
      try socket.expectSuccess().expect("welcome")
    }
  }

  /// The app's files, for a version of Next.js.
  private func commit(_ version: String, _ project: PushedProject) throws {
    try project.sandbox.run(["cp", "-r", "\(ThisProject.path)/Tests/Fixtures/next-site/.", project.directory])
      .expectSuccess()
    let manifest = try #require(try Files.text("\(project.directory)/package.json"))
    try project.write(["package.json": manifest.replacing("16.4.5", with: version)])
    try project.sandbox.run(
      ["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory
    )
    .expectSuccess()
    try project.commit("First")
  }

  /// Next's own server on the build that the workspace holds.
  private func startNext(_ sandbox: Sandbox, port: Int) throws -> Running {
    // Moved into the release; it does not start without, and nothing asks for what was in it.
    try Files.makeDirectory("\(sandbox.app())/workspace/.next/static")
    let environment = try Files.text("\(sandbox.app())/env") ?? ""
    let key = try Files.text("\(sandbox.app())/server-actions-key") ?? ""
    let variables =
      environment.split(separator: "\n").map(String.init) + ["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY=\(key)"]
    let server = try sandbox.start(
      ["env"] + variables + ["node", "node_modules/next/dist/bin/next", "start", "-H", "localhost", "-p", "\(port)"],
      in: "\(sandbox.app())/workspace", name: "start")
    try wait(until: "next start") {
      try sandbox.run(["curl", "--silent", "--fail", "http://localhost:\(port)/target"]).status == 0
    }
    return server
  }

  /// A domain that is set makes it start again, told of the new one.
  private func expectNewOrigin(_ sandbox: Sandbox, _ backend: Int) throws {
    let set = try sandbox.nextdeploy("config", "set", "domains", "shop.example.com").expectSuccess()

    set.expect("starts again", "live: http://shop.example.com:")
    let site = try sandbox.url()
    let address = "127.0.0.1:\(try #require(site.split(separator: ":").last))"
    try sandbox.run(["node", "\(Self.check)/check.mjs", site, address, "\(backend)"]).expectSuccess().expect("hold")
    try sandbox.nextdeploy("config", "set", "keep", "4").expectSuccess().expectNo("starts again")
  }

  /// What was answered has begun something that goes on after it, when the release is replaced.
  private func expectAfterEnds(_ sandbox: Sandbox, _ backend: Int) throws {
    func ask(_ path: String) throws -> String {
      try sandbox.run(["curl", "--silent", "http://127.0.0.1:\(backend)\(path)"]).expectSuccess().text
    }
    try sandbox.run([
      "curl", "--silent", "--fail", "--header", "Host: shop.example.com", "\(try address(sandbox))/api/after",
    ]).expectSuccess().expect("answered")
    try wait(until: "the work after the answer") { try ask("/held") == "1" }

    try sandbox.nextdeploy("restart").expectSuccess()
    let instances = try sandbox.instances()
    try wait(until: "the old release to be told to end") {
      try sandbox.instances().contains { instance in
        try Files.text("\(sandbox.root)/instances/\(instance)/status")?.contains("draining") == true
      }
    }
    _ = try ask("/release")
    try wait(until: "the end of the old release") { try sandbox.instances().count < instances.count }

    #expect(try ask("/seen").contains("/after-ran"))
  }

  private func address(_ sandbox: Sandbox) throws -> String {
    "http://127.0.0.1:\(try #require(try sandbox.url().split(separator: ":").last))"
  }
}
