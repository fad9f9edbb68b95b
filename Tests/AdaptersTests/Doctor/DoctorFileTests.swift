import Testing

@testable import Adapters
@testable import Deploy
@testable import Posix

@Suite("The doctor, about owners and modes")
struct DoctorFileTests {
  private static let owner = FilePromise.Owner(user: 990, group: 991, name: "nextdeploy:nextdeploy")

  private static func status(_ kind: Files.Kind, _ mode: UInt32, user: UInt32 = 990, group: UInt32 = 991)
    -> Files.Status
  {
    Files.Status(
      kind: kind, size: 0, modified: 0, changed: 0, inode: 1, device: 1, mode: mode, links: 1, blocks: 0, owner: user,
      group: group)
  }

  @Test(
    "is content with what is as it was created",
    arguments: [
      (.secret("/a/env"), status(.file, 0o600)), (.file("/a/config.json"), status(.file, 0o600)),
      (.file("/a/live.json"), status(.file, 0o644)), (.directory("/a"), status(.directory, 0o755)),
      (.directory("/a", allows: 0o775), status(.directory, 0o2775)), (.file("/a/none"), nil),
      (.directory("/a"), status(.directory, 0o755, group: 5)),
    ] as [(FilePromise, Files.Status?)])
  func fine(promise: FilePromise, status: Files.Status?) {
    #expect(promise.findings(status, owner: Self.owner) == [])
  }

  @Test(
    "says what fixes each",
    arguments: [
      (.secret("/a/env"), status(.file, 0o644), "sudo chmod 0600 /a/env"),
      (.secret("/a/env"), status(.file, 0o200), "sudo chmod 0600 /a/env"),
      (.secret("/a/env"), status(.file, 0o600, user: 0), "sudo chown -h nextdeploy:nextdeploy /a/env"),
      (.directory("/a b"), status(.directory, 0o777), "sudo chmod 0755 '/a b'"),
      (.directory("/a", needs: 0o755), status(.directory, 0o700), "sudo chmod 0755 /a"),
      (.directory("/a").ofGroup, status(.directory, 0o750, group: 5), "sudo chgrp nextdeploy /a"),
      (.file("/a/hook", needs: 0o700, allows: 0o755), status(.file, 0o644), "sudo chmod 0744 /a/hook"),
      (.directory("/a").made, nil, "sudo nextdeploy setup"), (.file("/a/x").required(), nil, nil),
      (.file("/a/x"), status(.link, 0o777), nil),
    ] as [(FilePromise, Files.Status?, String?)])
  func broken(promise: FilePromise, status: Files.Status?, command: String?) {
    let findings = promise.findings(status, owner: Self.owner)

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.map(\.command) == [command])
  }
}

@Suite("The doctor, about an app")
struct DoctorAppTests {
  private static func check(
    _ instance: InstanceState?, step: Step?? = nil, isGone: Bool = false
  ) throws -> [Adapters.Finding] {
    let app = try AppName("shop")
    var interrupted: [DeployRecord] = []
    if let step {
      var record = DeployRecord(
        id: try DeployID("20261124-101112"), app: app, kind: .push, previous: nil, commit: nil,
        startedAt: "2026-11-24T10:11:12Z", builder: "1@1")
      record.step = step
      interrupted = [record]
    }
    let id = try ReleaseID("20261124-101112")
    let commit = Commit(
      id: try CommitID(String(repeating: "a", count: 40)), tree: try CommitID(String(repeating: "b", count: 40)),
      subject: "First")
    let live = LiveRecord(
      release: id, commit: commit, deploy: id, instance: InstanceID(app: app, port: try Port("3001")), address: nil,
      origin: nil, environmentMark: nil, since: "2026-11-24T10:12:13Z")
    return AppStatus(
      app: app, live: isGone ? live : nil, release: nil, instance: instance,
      destination: isGone ? live.destination : nil,
      deploys: interrupted, running: [], interrupted: interrupted
    ).findings
  }

  @Test("is content with one that runs, and with one that was never live")
  func fine() throws {
    #expect(try Self.check(.running(process: 1, restarts: 0)).map(\.state) == [.ok])
    #expect(try Self.check(nil).map(\.state) == [.ok])
  }

  @Test(
    "has the next command settle an interrupted deploy",
    arguments: [(.build, "at 'build'"), (nil, "while it waited")] as [(Step?, String)])
  func interrupted(step: Step?, found: String) throws {
    let findings = try Self.check(.running(process: 1, restarts: 0), step: .some(step))

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.map(\.command) == ["nextdeploy status --app shop"])
    #expect(findings.first?.found.contains(found) == true)
  }

  @Test("says that the live release is gone, which a rebuild fixes")
  func gone() throws {
    let findings = try Self.check(.running(process: 1, restarts: 0), isGone: true)

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.first?.advice?.contains("nextdeploy rebuild") == true)
  }

  @Test("says that what is live does not run, or not for long")
  func stopped() throws {
    #expect(try Self.check(.lost).map(\.command) == ["nextdeploy status --app shop"])
    #expect(
      try Self.check(.waitingToRestart(exit: "exit code 1", restarts: 3)).first?.found
        == "shop ends again and again (exit code 1)")
  }
}

@Suite("The doctor's programs")
struct TimedProgramsTests {
  private static let programs = TimedPrograms(environment: ["PATH": "/usr/bin:/bin"], seconds: 1)

  @Test("are ended where they hang")
  func hangs() {
    let start = ContinuousClock.now

    #expect(throws: Failure.self) { try Self.programs.run(["sh", "-c", "sleep 30 & wait"]) }
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("that are missing are named")
  func missing() {
    let error = #expect(throws: Failure.self) { try Self.programs.run(["no-such-program"]) }

    #expect(error?.next == "Install no-such-program.")
  }

  @Test("may fail, which is an answer")
  func fails() throws {
    let (status, output) = try Self.programs.run(["sh", "-c", "echo no; exit 3"])

    #expect(status.code == 3)
    #expect(output == "no\n")
  }
}
