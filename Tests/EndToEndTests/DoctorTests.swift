import Deploy
import Posix
import TestKit
import Testing

@Suite("nextdeploy doctor")
struct DoctorTests {
  /// A sandbox whose app is live.
  private static func run(_ test: (Sandbox, PushedProject) throws -> Void) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp(environment: ["PASSWORD": "hunter2"])
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try test(sandbox, project)
    }
  }

  @Test("finds nothing on a machine where all is well, and says what it looked at")
  func healthy() throws {
    try Self.run { sandbox, _ in
      let output = try sandbox.nextdeploy("doctor").expectSuccess()

      output.expect(
        "ok       caddy: Caddy runs", "ok       ports: nothing but Caddy listens on \(sandbox.port(20))",
        " node:", "ok       disk:", "ok       files:", "apps: shop runs")
      output.expect("no problems")
      output.expectNo("units:", "hunter2")
    }
  }

  @Test("looks at a machine that has no app yet")
  func empty() throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("doctor").expectSuccess().expect("started for the first app")
      try sandbox.nextdeploy("doctor", "--json", environment: ["NEXTDEPLOY_ROOT": "\(sandbox.home)/none"])
        .expectSuccess().expect("there is nothing below \(sandbox.home)/none yet")
      #expect(!Files.exists("\(sandbox.home)/none"))
    }
  }

  @Test("of an app is about that one, and of an unknown app exits 3")
  func oneApp() throws {
    try Self.run { sandbox, _ in
      _ = try sandbox.createApp("blog")

      try sandbox.nextdeploy("doctor", "shop").expectSuccess().expectNo("blog")
      try sandbox.nextdeploy("doctor", "--app", "shp").expect(status: 3).expect("Did you mean 'shop'?")
    }
  }

  @Test("finds what is broken, and the command that it names fixes it", arguments: Damage.allCases)
  func broken(damage: Damage) throws {
    try Self.run { sandbox, _ in
      try damage.happen(in: sandbox)

      let output = try sandbox.nextdeploy("doctor", "--json").expect(status: 1)
      let findings = try Self.problems(output)

      #expect(findings.compactMap { $0["check"]?.string } == [damage.check])
      #expect(findings.first?["found"]?.string?.contains(damage.found) == true, "\(output.text)")
      output.expectNo("hunter2")
      try sandbox.nextdeploy("doctor").expect(status: 1).expect("problem", damage.found, "fix: ")
      let command = try #require(findings.first?["command"]?.string)
      try sandbox.run(["sh", "-c", command]).expectSuccess()
      // What is killed takes a moment to be there again.
      try wait(until: "the end of it") { try sandbox.nextdeploy("doctor").status == 0 }
    }
  }

  @Test("names who has the port of an app, and what ends it")
  func takenPort() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      try sandbox.occupied(sandbox.port(20)) { process in
        let output = try sandbox.nextdeploy("doctor").expect(status: 1)

        output.expect(
          "port \(sandbox.port(20)), which is for the app shop, is taken by node (process \(process))",
          "fix: kill \(process)")
      }
    }
  }

  @Test("reports an interrupted deploy and settles nothing itself")
  func interrupted() throws {
    try Self.run { sandbox, project in
      try project.commit("Two", App.built("two", build: "touch \(sandbox.home)/begun; sleep 60"))
      let push = try project.startPush()
      try wait(until: "the build") { Files.exists("\(sandbox.home)/begun") }
      try sandbox.nextdeploy("doctor").expectSuccess()
      try sandbox.signalReceivers("KILL")
      ProcessIdentity(try #require(try sandbox.lastDeploy()?["builder"]?.string))?.signal(.kill)
      #expect(try push.wait().status != 0)

      for _ in 1...2 {
        let output = try sandbox.nextdeploy("doctor", "shop").expect(status: 1)
        output.expect("was interrupted at 'build'", "fix: nextdeploy status --app shop")
      }

      try sandbox.nextdeploy("status", "--app", "shop").expectSuccess()
      try sandbox.nextdeploy("doctor").expectSuccess()
    }
  }

  @Test("looks at the rest where one thing cannot be read")
  func unreadable() throws {
    try Self.run { sandbox, _ in
      let good = try Files.text("\(sandbox.app())/config.json") ?? ""
      try Files.write("{\"port\": \"hunter2", to: "\(sandbox.app())/config.json", mode: 0o600)

      let output = try sandbox.nextdeploy("doctor").expect(status: 1)

      output.expect("problem  apps: reading \(sandbox.app())/config.json: the file is damaged", "ok       disk:")
      output.expectNo("hunter2")
      // The end of the test removes the app.
      try Files.write(good, to: "\(sandbox.app())/config.json", mode: 0o600)
    }
  }

  @Test("warns of an app whose Node is not what it asks for, or gets no fixes any more")
  func node() throws {
    try Self.run { sandbox, project in
      try project.commit(
        "Ask", ["package.json": #"{"scripts": {"start": "node server.js"}, "engines": {"node": ">=20"}}"#])
      try project.push().expectSuccess()
      let directory = "\(sandbox.home)/bin"
      try Files.makeDirectory(directory)
      func doctor(_ version: String) throws -> Output {
        try Files.write("#!/bin/sh\necho v\(version)\n", to: "\(directory)/node", mode: 0o755)
        return try sandbox.nextdeploy(
          "doctor", environment: ["PATH": "\(directory):\(sandbox.environment["PATH"] ?? "")"]
        ).expectSuccess()
      }

      try doctor("18.19.0").expect("warning  node: shop runs with an old Node", "Node 18 ended on 2025-04-30")
      try doctor("10.19.0").expect("warning  node: shop's package.json asks for Node >=20; it runs with 10.19.0")
    }
  }

  @Test(
    "does not wait for a program that hangs, and says that one is missing",
    arguments: [("#!/bin/sh\nexec sleep 300\n", "did not end within 5 s"), (nil, "Node is not on the PATH")])
  func programs(node: String?, found: String) throws {
    try Sandbox.run { sandbox in
      let directory = "\(sandbox.home)/bin"
      try Files.makeDirectory(directory)
      for name in ["timeout", "sh", "sleep", "caddy"] {
        let program = try #require(Command.find(name, path: sandbox.environment["PATH"] ?? ""))
        try Files.link("\(directory)/\(name)", to: program)
      }
      if let node { try Files.write(node, to: "\(directory)/node", mode: 0o755) }

      let output = try sandbox.nextdeploy("doctor", environment: ["PATH": "\(ThisProject.products):\(directory)"])

      try output.expect(status: 1).expect(found)
    }
  }

  @Test("tells where a domain leads")
  func domain() throws {
    try Self.run { sandbox, _ in
      try sandbox.nextdeploy("config", "set", "domains", "nowhere.invalid").expectSuccess()

      let output = try sandbox.nextdeploy("doctor").expect(status: 1)

      output.expect("problem  domains: nowhere.invalid leads nowhere")
    }
  }

  @Test("knows that the clock is behind what was written")
  func clock() throws {
    try Self.run { sandbox, _ in
      let journal = try #require(try Files.list("\(sandbox.app())/deploys").first { $0.hasSuffix(".json") })
      try sandbox.run(["touch", "-d", "2099-01-01", "\(sandbox.app())/deploys/\(journal)"]).expectSuccess()

      let output = try sandbox.nextdeploy("doctor").expect(status: 1)

      output.expect("problem  clock: the clock says", "the last deploy of shop is of 2099-01-01")
    }
  }

  @Test("tells a key over ssh of its own apps only")
  func ssh() throws {
    try SSHServer.run { server in
      _ = try server.sandbox.createApp("shop")
      _ = try server.sandbox.createApp("blog")
      try Files.setMode("\(server.sandbox.app("blog"))/env", 0o644)
      let client = try server.addKey("ci", apps: "shop")

      let output = try client.ssh("doctor").expectSuccess()

      output.expect("apps: shop has had no deploy", "ok       disk:")
      output.expectNo("blog")
      #expect(try client.ssh("doctor", "blog").status != 0)
      try server.sandbox.nextdeploy("doctor").expect(status: 1).expect("blog/env")
    }
  }

  private static func problems(_ output: Output) throws -> [JSON] {
    guard case .array(let findings) = try JSON.parse(output.text) else { return [] }
    return findings.filter { $0["state"]?.string == "problem" }
  }
}

/// What can happen to a machine.
enum Damage: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case openEnvironment, openKeys, writableRepository, deadHook, deadInstance, deadCaddy, leftovers, lostHead, brokenRef,
    lostInstance, lostNames

  var testDescription: String { rawValue }

  var check: String {
    switch self {
    case .openEnvironment, .openKeys, .writableRepository, .deadHook, .lostInstance: "files"
    case .deadInstance, .lostNames, .lostHead, .brokenRef: "apps"
    case .deadCaddy: "caddy"
    case .leftovers: "ports"
    }
  }

  var found: String {
    switch self {
    case .openEnvironment: "/env has the mode 0644: others can read it"
    case .openKeys: "/keys.json has the mode 0640: others can read it"
    case .writableRepository: "/repo.git has the mode 0777: others can write to it"
    case .deadHook: "/hooks/post-receive has the mode 0644"
    case .deadInstance: "shop does not run (shop:"
    case .deadCaddy: "Caddy does not run"
    case .lostNames: "what tells Caddy where shop is does not lead to what is live"
    case .leftovers: "Caddy listens more than once on"
    case .lostHead: "repo.git is damaged: git takes no push"
    case .brokenRef: "refs/heads/main of"
    case .lostInstance: "gone:3001 is an instance of an app that is not there"
    }
  }

  func happen(in sandbox: Sandbox) throws {
    switch self {
    case .openEnvironment: try Files.setMode("\(sandbox.app())/env", 0o644)
    case .openKeys: try Files.write("{}", to: "\(sandbox.root)/keys.json", mode: 0o640)
    case .writableRepository: try Files.setMode("\(sandbox.app())/repo.git", 0o777)
    case .deadHook: try Files.setMode("\(sandbox.app())/repo.git/hooks/post-receive", 0o644)
    case .deadInstance: try kill("\(sandbox.root)/instances/", in: sandbox)
    case .deadCaddy: try kill("\(sandbox.root)/caddy/instance", in: sandbox)
    case .lostNames: try Files.remove("\(sandbox.root)/caddy/sites/live/shop")
    case .leftovers: try sandbox.leaveLeftovers()
    case .lostHead: try Files.write("", to: "\(sandbox.app())/repo.git/HEAD")
    case .brokenRef: try Files.write("", to: "\(sandbox.app())/repo.git/refs/heads/main")
    case .lostInstance: try Files.makeDirectory("\(sandbox.root)/instances/gone:3001", mode: 0o700)
    }
  }

  /// Kills a supervisor, as the out-of-memory killer may.
  private func kill(_ text: String, in sandbox: Sandbox) throws {
    let supervisor = try #require(sandbox.processes().first { $0.contains("supervisor instance") && $0.contains(text) })
    let process = try #require(ProcessIdentity(of: Int32(supervisor.prefix { $0 != " " }) ?? 0))
    process.signal(.kill)
    try wait(until: "its end") { !process.isRunning }
  }
}
