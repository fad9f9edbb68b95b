import Deploy
import Testing

@testable import Adapters
@testable import Posix

@Suite("What systemd tells")
struct SystemdTests {
  @Test(
    "of a build's end is what the pusher is told",
    arguments: [
      (["Result": "exit-code", "ExecMainStatus": "1"], JobResult.failed(exitCode: 1)),
      (["Result": "exit-code", "ExecMainStatus": "127"], .failed(exitCode: 127)),
      (["Result": "exit-code", "ExecMainStatus": "137"], .killed),
      (["Result": "signal", "ExecMainStatus": "9"], .killed),
      (["Result": "signal", "ExecMainStatus": "11"], .failed(exitCode: 139)),
      (["Result": "oom-kill", "ExecMainStatus": "0"], .killed),
      (["Result": "exit-code", "ExecMainStatus": "226"], .failed(exitCode: 226)),
      (["Result": "success", "ExecMainStatus": "0"], nil),
      ([:], nil),
    ] as [([String: String], JobResult?)])
  func buildResult(properties: [String: String], result: JobResult?) {
    #expect(StepUnit.result(properties, hasBegun: true) == result)
  }

  @Test("of a step that could not be started is no end of a build", arguments: ["1", "203", "226"])
  func notStarted(status: String) {
    #expect(StepUnit.result(["Result": "exit-code", "ExecMainStatus": status], hasBegun: false) == nil)
  }

  @Test(
    "of an instance is its state",
    arguments: [
      ("active", "12", "2", "0", "0", .running(process: 12, restarts: 2)),
      ("activating", "12", "0", "0", "0", .running(process: 12, restarts: 0)),
      ("activating", "0", "3", "1", "1", .waitingToRestart(exit: "exit code 1", restarts: 3)),
      ("activating", "0", "0", "2", "9", .waitingToRestart(exit: "signal 9", restarts: 0)),
      ("deactivating", "12", "0", "0", "0", .draining),
      ("inactive", "0", "0", "1", "0", .lost),
      ("failed", "0", "0", "1", "78", .lost),
    ] as [(String, String, String, String, String, InstanceState)])
  func state(
    active: String, process: String, restarts: String, code: String, status: String, state: InstanceState
  ) {
    let unit = UnitState([
      "ActiveState": active, "MainPID": process, "NRestarts": restarts, "ExecMainCode": code, "ExecMainStatus": status,
    ])

    #expect(unit.state == state)
  }

  @Test(
    "of an instance tells an app that ended from one that systemd could not start",
    arguments: [("1", "1", false), ("2", "11", false), ("1", "226", true), ("1", "203", true), ("2", "226", false)])
  func setUp(code: String, status: String, isSetUpWrong: Bool) {
    let unit = UnitState(["ActiveState": "activating", "ExecMainCode": code, "ExecMainStatus": status])

    #expect(unit.isSetUpWrong == isSetUpWrong)
  }
}

@Suite("A process that gave up its privileges")
struct ProcessStatusTests {
  private static let clean = """
    Name:\tnextdeploy
    Uid:\t66000\t66000\t66000\t66000
    Gid:\t990\t990\t990\t990
    Groups:\t
    CapInh:\t0000000000000000
    CapPrm:\t0000000000000000
    CapEff:\t0000000000000000
    CapBnd:\t0000000000000000
    CapAmb:\t0000000000000000
    NoNewPrivs:\t1

    """

  @Test("has none of them left")
  func clean() {
    #expect(ProcessStatus(Self.clean).isOnly(user: 66000, group: 990))
  }

  @Test(
    "is distinguished from one that kept some",
    arguments: [
      ("Uid:\t66000\t66000\t66000", "Uid:\t66000\t66000\t0"), ("Gid:\t990", "Gid:\t0"), ("Groups:\t", "Groups:\t27"),
      ("CapBnd:\t0000000000000000", "CapBnd:\t00000000000000c0"), ("CapAmb:\t0000000000000000\n", ""),
      ("NoNewPrivs:\t1", "NoNewPrivs:\t0"),
    ])
  func kept(line: String, instead: String) {
    let parts = Self.clean.split(separator: line, maxSplits: 1, omittingEmptySubsequences: false)

    #expect(parts.count == 2 && !ProcessStatus(parts.joined(separator: instead)).isOnly(user: 66000, group: 990))
  }

  @Test("may be in the one group that is named beside its own, and in no other")
  func otherGroup() {
    let both = Self.clean.split(separator: "Groups:\t", maxSplits: 1).joined(separator: "Groups:\t27")

    #expect(ProcessStatus(both).isOnly(user: 66000, group: 990, alsoIn: 27))
    #expect(!ProcessStatus(both).isOnly(user: 66000, group: 990, alsoIn: 28))
    #expect(!ProcessStatus(Self.clean).isOnly(user: 66000, group: 990, alsoIn: 27))
  }

  @Test("is not taken for another user")
  func other() {
    #expect(!ProcessStatus(Self.clean).isOnly(user: 66001, group: 990))
    #expect(!ProcessStatus("").isOnly(user: 66000, group: 990))
  }
}
