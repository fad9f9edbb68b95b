import Deploy
import Posix
import TestKit
import Testing

/// A place in a deploy at which the builder can be held, so that it can be killed there.
enum CrashPoint: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case plan, checkout, install, build, release, boot, health, route, switched, routed, drain, prune

  var testDescription: String { rawValue }

  /// The step that the journal names then.
  var step: String { [.switched, .routed].contains(self) ? "route" : rawValue }

  /// Whether the new release is live then, and must be after recovery.
  var isLive: Bool { [.switched, .routed, .drain, .prune].contains(self) }
}

@Suite("After a kill -9 of the builder")
struct CrashTests {
  @Test("at each step the next command recovers everything", arguments: CrashPoint.allCases)
  func recovery(point: CrashPoint) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      if point == .prune {
        // A release that takes a while to remove, and will be one too many.
        try sandbox.nextdeploy("config", "set", "keep", "2").expectSuccess()
        try sandbox.nextdeploy("config", "set", "archive.keep", "0").expectSuccess()
        try project.commit("Zero", App.built("zero", build: "mkdir many; cd many; seq 20000 | xargs touch"))
        try project.push().expectSuccess()
      }
      let first = try project.commit("One", App.node("one", extra: ["nextdeploy.json": "{}"]))
      try project.push().expectSuccess()
      try wait(until: "one instance") { try sandbox.instances().count == 1 }
      let old = try #require(try sandbox.liveRelease())
      try project.commit("Two", files(point, sandbox))

      let push = try hold(point, sandbox) {
        let push = try project.startPush()
        try wait(until: "step \(point)") { try reached(point, sandbox) }
        // It settles what its hook left, and must find in place then what held the hook here.
        try sandbox.signalReceivers("STOP")
        try killBuilder(sandbox)
        return push
      }
      try sandbox.signalReceivers("CONT")

      try push.wait().expect(status: 1)
      try wait(until: "the end of all that the builder started") {
        sandbox.processes().allSatisfy {
          $0.contains("supervisor instance") || $0.contains("caddy") || $0.contains("server.js")
        }
      }
      let status = try sandbox.status()
      let live = try #require(status["live"]?["release"]?.string)
      #expect((live != old) == point.isLive)
      #expect(try sandbox.get() == (point.isLive ? "two" : "one"))
      try wait(until: "one instance") { try sandbox.instances().count == 1 }
      #expect(try sandbox.lastDeploy()?["outcome"]?.string == (point.isLive ? "live" : "failed"))
      #expect(try project.serverRef() == (point.isLive ? project.head() : first))
      let releases = point.isLive ? [old, live] : [old]
      #expect(try Files.list("\(sandbox.app())/releases") == releases)

      try Files.write("", to: "\(sandbox.home)/go")
      try project.commit("Three", ["server.js": App.server("answer.end('three')")])
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "three")
    }
  }

  @Test(
    "the same push works at once, whatever of it was killed",
    arguments: ["hook", "hook and receivers", "before its journal"])
  func again(killed: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let second = try project.commit("Two", files(.build, sandbox))
      if killed == "before its journal" {
        // git had moved the branch, and the hook was killed before it could write anything down.
        try project.push("production", "main:taken").expectSuccess()
        try sandbox.run(["git", "-C", "\(sandbox.app())/repo.git", "update-ref", "refs/heads/main", second])
          .expectSuccess()
        try Files.makeDirectory("\(sandbox.app())/pushes")
        try Files.write(
          #"{"branch": "main", "tip": "\#(first)", "receiver": "1@1"}"#, to: "\(sandbox.app())/pushes/1@1.json")
      } else {
        let push = try project.startPush()
        try wait(until: "the build") { try reached(.build, sandbox) }
        if killed == "hook and receivers" { try sandbox.signalReceivers("KILL") }
        try killBuilder(sandbox)
        #expect(try push.wait().status != 0)
        if killed == "hook" {
          #expect(try project.serverRef() == first)
          #expect(try sandbox.lastDeploy()?["outcome"]?.string == "failed")
        }
      }
      try Files.write("", to: "\(sandbox.home)/go")

      try project.push().expectSuccess().expect("live: ")

      #expect(try sandbox.get() == "two")
      #expect(try project.serverRef() == second)
      #expect(try Files.list("\(sandbox.app())/pushes") == [])
    }
  }

  @Test("and of everything else, as after a power loss, the next command brings the live release back")
  func powerLoss() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let url = try sandbox.url()
      for line in sandbox.processes() {
        ProcessIdentity(of: Int32(line.prefix { $0 != " " }) ?? 0)?.signal(.kill)
      }
      try wait(until: "the end of all processes") { sandbox.processes().isEmpty }
      #expect(try sandbox.run(["curl", "--silent", url]).status == 7, "nobody listens")

      try sandbox.nextdeploy("status").expectSuccess().expect("running")

      try wait(until: "the app to answer") { try sandbox.get() == "one" }
      #expect(try sandbox.instances().count == 1)
    }
  }

  @Test("or a SIGTERM to all, as a machine that shuts down sends it, the next command brings the live release back")
  func shutdown() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      for line in sandbox.processes() {
        ProcessIdentity(of: Int32(line.prefix { $0 != " " }) ?? 0)?.signal(.terminate)
      }
      try wait(until: "the end of all processes") { sandbox.processes().isEmpty }

      try sandbox.nextdeploy("status").expectSuccess().expect("running")

      try wait(until: "the app to answer") { try sandbox.get() == "one" }
    }
  }

  @Test("of a supervisor the app is not left alone: the next command starts it anew")
  func supervisor() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let supervisor = try #require(
        sandbox.processes().first { $0.contains("supervisor instance") && $0.contains("shop:") })
      ProcessIdentity(of: Int32(supervisor.prefix { $0 != " " }) ?? 0)?.signal(.kill)

      try sandbox.nextdeploy("status").expectSuccess().expect("running")

      try wait(until: "the app to answer") { try sandbox.get() == "one" }
      #expect(sandbox.processes().count { $0.contains("server.js") } == 1)
    }
  }

  // MARK: Holding the builder

  private func files(_ point: CrashPoint, _ sandbox: Sandbox) -> [String: String] {
    let wait = "until test -e \(sandbox.home)/go; do sleep 0.01; done"
    let settings: String
    switch point {
    case .install, .build, .release: settings = #"{"\#(point)": "\#(wait)"}"#
    default: settings = "{}"
    }
    let isReleased = "require('fs').existsSync('\(sandbox.home)/go')"
    let condition =
      switch point {
      case .health: isReleased
      // What asks whether requests arrive comes through Caddy, which keeps connections.
      case .switched:
        "request.headers['user-agent'] !== 'nextdeploy' || request.headers.connection === 'close' || \(isReleased)"
      default: "true"
      }
    return [
      "nextdeploy.json": settings,
      "server.js": App.server("if (\(condition)) answer.end('two')"),
    ]
  }

  /// Runs `body` while something that the builder needs at this point makes it wait.
  private func hold(_ point: CrashPoint, _ sandbox: Sandbox, _ body: () throws -> Running) throws -> Running {
    switch point {
    case .plan: return try withPipe("\(sandbox.root)/tools.json", sandbox, body)
    case .checkout: return try withPipe("\(sandbox.app())/unbuilt/git/index", sandbox, body)
    case .boot: return try FileLock(waitingFor: "\(sandbox.root)/ports.lock").hold(body)
    case .route: return try withPipe("\(sandbox.root)/caddy/sites/live/shop.made.new", sandbox, body)
    case .routed: return try withPipe("\(sandbox.app())/live.json.new", sandbox, body)
    case .drain:
      let instance = try #require(try sandbox.instances().first)
      return try withPipe("\(sandbox.root)/instances/\(instance)/status", sandbox, body)
    case .install, .build, .release, .health, .switched, .prune: return try body()
    }
  }

  /// Puts a named pipe in a file's place: whoever opens it waits for the other end, which never comes.
  private func withPipe(_ path: String, _ sandbox: Sandbox, _ body: () throws -> Running) throws -> Running {
    if Files.exists(path) { try Files.rename(path, to: "\(path).aside") }
    try sandbox.run(["mkfifo", path]).expectSuccess()
    let running = try body()
    try Files.remove(path)
    if Files.exists("\(path).aside") { try Files.rename("\(path).aside", to: path) }
    return running
  }

  private func reached(_ point: CrashPoint, _ sandbox: Sandbox) throws -> Bool {
    guard let deploy = try sandbox.lastDeploy(), deploy["outcome"] == nil, deploy["step"]?.string == point.step else {
      return false
    }
    if point == .switched { return try Files.list("\(sandbox.root)/caddy/sites/live/shop").count == 2 }
    guard point == .routed, case .array(let steps) = deploy["steps"] else { return point != .routed }
    return steps.last?["step"]?.string == "route"
  }

  private func killBuilder(_ sandbox: Sandbox) throws {
    let builder = try #require(try sandbox.lastDeploy()?["builder"]?.string)
    let process = try #require(ProcessIdentity(of: Int32(builder.prefix { $0 != "@" }) ?? 0))
    process.signal(.kill)
    try wait(until: "the builder's end") { !process.isRunning }
  }
}
