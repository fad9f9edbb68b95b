import Deploy
import Adapters
import Posix
import TestKit
import Testing

extension RunnerContract {
  /// Starts processes in the job's group, in a session of their own, and a daemon, and waits until they are there.
  private static let family =
    "sleep 1001 & setsid sh -c 'touch own; exec sleep 1002' & "
    + "(setsid sh -c 'trap \"\" TERM; touch daemon; sleep 1003; :' &); \(Stage.waiting(for: "own", "daemon"))"

  /// Checks out, and waits until nothing works on that any more, so that what is found later is the job's.
  private func checkOut(_ stage: Stage) throws {
    try stage.checkOut()
    try wait(until: "the end of the checkout") { stage.processes().isEmpty }
  }

  @Test("leaves nothing of a job that has ended, wherever it went", arguments: TestedBackends.all, [0, 3])
  func grandchildren(backend: any TestedBackend, code: Int32) async throws {
    try await Stage.run(backend) { stage in
      try checkOut(stage)
      var beside: [String] = []

      let (result, _) = try stage.run(
        stage.job("\(Self.family); echo all; \(Stage.waiting(for: "go")); exit \(code)"),
        output: { _ in
          beside = stage.processes()
          try stage.tell("go")
        })

      #expect(result == (code == 0 ? .succeeded : .failed(exitCode: code)))
      #expect(stage.processes() == [])
      for number in 1002...1003 { #expect(beside.contains { $0.contains("sleep \(number)") }, "\(beside)") }
    }
  }

  /// Who can call a job off.
  enum Caller: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case watcher = "who watches"
    case reader = "who reads its output"

    var testDescription: String { rawValue }
  }

  private struct CalledOff: Error, Equatable {}

  @Test(
    "ends a job that is called off, with all that it started, and passes the error on", arguments: TestedBackends.all,
    Caller.allCases)
  func calledOff(backend: any TestedBackend, caller: Caller) async throws {
    try await Stage.run(backend) { stage in
      try checkOut(stage)
      let job = stage.job("trap '' TERM; \(Self.family); echo all; touch all; sleep 1004; :")

      #expect(throws: CalledOff()) {
        try stage.run(
          job, watch: { _ in if caller == .watcher, Files.exists("\(stage.workspace)/all") { throw CalledOff() } },
          output: { _ in if caller == .reader { throw CalledOff() } })
      }

      #expect(stage.processes() == [])
      // The next one finds a workspace that is its own.
      #expect(try stage.run("echo next") == "next\n")
    }
  }

  @Test("ends what is left of a job whose deploy was killed", arguments: TestedBackends.all)
  func killedDeploy(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try checkOut(stage)
      let (same, directory) = (try stage.same, stage.workspace)
      let script = "\(Self.family); touch all; sleep 1004; :"

      await #expect(processExitsWith: .signal(9)) {
        [
          same = same as SameBackend, directory = directory as String, script = script as String
        ] in
        let path = ["PATH": CurrentProcess.environment["PATH"] ?? ""]
        _ = try same.runner().run(
          Job(work: .shell(script), environment: path, directory: directory),
          watch: { _ in if Files.exists("\(directory)/all") { ProcessIdentity.current?.signal(.kill) } },
          output: { _ in })
      }
      try stage.runner(of: stage.app()).endLeftovers()

      #expect(stage.processes() == [])
      #expect(Files.exists("\(directory)/all"))
      #expect(try stage.run("echo next") == "next\n")
    }
  }

  @Test("has nothing to end where nothing is left", arguments: TestedBackends.all)
  func noLeftovers(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let runner = stage.runner(of: stage.app())

      try runner.endLeftovers()
      try stage.checkOut()
      try stage.run("echo done")
      try runner.endLeftovers()

      #expect(try stage.run("ls") == "file\n")
    }
  }
}
