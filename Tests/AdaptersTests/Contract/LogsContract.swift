import Posix
import TestKit
import Testing

@testable import Adapters
@testable import Deploy

/// The promises of the seam InstanceLogs, which the logs of every backend keep.
@Suite("The logs of every backend")
struct LogsContract {
  /// Starts an instance for a deploy, which writes lines; returns the deploy's record.
  private func deploy(_ id: String, _ lines: [String], _ stage: Stage, of app: String = "shop") throws -> DeployRecord {
    try deploy(id, stage.shell(Stage.idle).started(after: lines.map { "echo '\($0)'" }), stage, of: app)
  }

  private func deploy(_ id: String, _ service: Service, _ stage: Stage, of app: String = "shop") throws -> DeployRecord
  {
    var service = service
    service.deploy = try DeployID(id)
    // It has waited for its turn: every deploy of a test began before any of their instances.
    var record = DeployRecord(
      id: service.deploy, app: stage.app(app), kind: .push, previous: nil, commit: nil,
      startedAt: "2026-01-01T00:00:00Z", builder: "")
    record.instance = try stage.start(service, of: app)
    return record
  }

  /// Makes an instance the live one, as `route` does.
  private func goLive(_ record: DeployRecord, _ stage: Stage) throws {
    let id = try CommitID(String(repeating: "a", count: 40))
    let live = LiveRecord(
      release: record.id, commit: Commit(id: id, tree: id, subject: ""), deploy: record.id,
      instance: record.instance, address: nil, origin: nil, environmentMark: nil, since: record.startedAt)
    try AppDirectory(app: record.app, layout: stage.layout.app(record.app)).setLive(live)
  }

  @Test("have the last lines of a deploy's instance, in order", arguments: TestedBackends.all)
  func lastLines(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let lines = (1...30).map { "line \($0)" }
      let record = try deploy("20260101-000001", lines, stage)

      try wait(until: "its last line") { try stage.backend.logs.lastLines(of: record).last == "line 30" }

      #expect(try stage.backend.logs.lastLines(of: record) == lines.suffix(20))
    }
  }

  @Test("do not mix up deploys, even where one gets the port of another that has failed", arguments: TestedBackends.all)
  func onlyItsOwn(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let logs = stage.backend.logs
      let first = try deploy("20260101-000001", ["first"], stage)
      try wait(until: "its line") { try logs.lastLines(of: first) == ["first"] }
      let beside = try deploy("20260101-000002", ["beside"], stage, of: "shop-admin")
      try stage.manager.stop(try #require(first.instance))

      let second = try deploy("20260101-000003", ["second"], stage)

      #expect(second.instance == first.instance, "this is about the same port")
      try wait(until: "its line") { try logs.lastLines(of: second).contains("second") }
      #expect(try logs.lastLines(of: second) == ["second"])
      #expect(try logs.lastLines(of: beside) == ["beside"])
    }
  }

  @Test("have nothing of a deploy that started no instance", arguments: TestedBackends.all)
  func noInstance(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      var record = try deploy("20260101-000001", ["line"], stage)
      try wait(until: "its line") { try stage.backend.logs.lastLines(of: record) == ["line"] }
      record = DeployRecord(
        id: try DeployID("20260101-000002"), app: record.app, kind: .push, previous: nil, commit: nil,
        startedAt: record.startedAt, builder: "")

      #expect(try stage.backend.logs.lastLines(of: record) == [])
    }
  }

  @Test("show nothing before something is live, and say so", arguments: TestedBackends.all)
  func nothingLive(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      _ = try deploy("20260101-000001", ["failed"], stage)

      for follow in [false, true] {
        let failure = #expect(throws: Failure.self) { try stage.backend.logs.show(stage.app(), follow: follow) }

        #expect(failure?.kind == .notFound)
        #expect(failure?.cause == "nothing is live yet")
      }
    }
  }

  @Test("show what the live app has written", arguments: TestedBackends.all)
  func show(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let record = try deploy("20260101-000001", (1...150).map { "line \($0)" }, stage)
      _ = try deploy("20260101-000002", ["another"], stage, of: "shop-admin")
      try goLive(record, stage)
      let command = try stage.backend.logs.show(stage.app(), follow: false)

      let lines = try wait(for: "its last line") {
        let (status, output) = try ChildProcess.run(command)
        #expect(status.isSuccess, "\(output)")
        let lines = output.split(separator: "\n").map(String.init)
        return lines.contains { $0.hasSuffix("line 150") } ? lines : nil
      }

      // Of the hundred, one may be systemd's own word that it has started the instance.
      #expect((99...100).contains(lines.count { $0.contains("line ") }), "\(lines)")
      #expect(!lines.contains { $0.contains("another") })
    }
  }

  @Test("go on showing what the live app writes to who follows", arguments: TestedBackends.all)
  func follow(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let server = stage.node("console.log('asked'); answer.end('here')").started(after: ["echo before"])
      let record = try deploy("20260101-000001", server, stage)
      try goLive(record, stage)
      let connection = try stage.connect(to: try #require(record.instance))
      let file = "\(stage.scratch.path)/followed"
      let child = try ChildProcess(
        try stage.backend.logs.show(stage.app(), follow: true), output: .file(file), errors: .file(file))
      defer {
        ProcessIdentity(of: child.id)?.signal(.kill)
        _ = try? child.wait()
      }
      try wait(until: "what was there") { try Files.text(file)?.contains("before\n") == true }

      try connection.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
      _ = try connection.receive("here")

      try wait(until: "the next line") { try Files.text(file)?.contains("asked\n") == true }
      #expect(try child.poll() == nil)
    }
  }
}
