import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// This machine without its systemd: one supervisor for each instance, all below the test's own directory.
struct SupervisedMachine: TestedBackend {
  let name = "embedded"
  let capabilities = Capabilities(limits: false, tls: false, isolation: false)
  let ports = PortBlock.usual
  let secretMode: UInt32 = 0o600
  let hasOwnCaddy = true

  func root(in scratch: Scratch) -> String { "\(scratch.path)/root" }

  func seen(_ path: String) -> String { path }

  func lines(of app: AppName, log: String) throws -> [String] {
    (try Files.text(log) ?? "").split(separator: "\n").map(String.init)
  }

  func processes(_ stage: Stage) -> [String] { stage.scratch.processes() }

  func kill(_ process: ProcessIdentity, of instance: InstanceID) { process.signal(.kill) }

  func lose(_ instance: InstanceID, _ process: ProcessIdentity) throws {
    let fields = try #require(try Files.text("/proc/\(process.id)/stat")).split(separator: " ")
    // The commands of the tests have no space in their names, so that the parent is the fourth field.
    let parent = try #require(Int32(fields[3]).flatMap { ProcessIdentity(of: $0) })
    try #require(commandLine(parent.id).contains("\(ThisProject.supervisor) instance"))
    parent.signal(.kill)
    try wait(until: "the supervisor's end") { !parent.isRunning }
  }

  func mostTasks(of instance: InstanceID) -> Int? { nil }

  func withoutCaddy(_ stage: Stage, _ test: () throws -> Void) throws {
    try stage.backend.caddy.stop()
    try test()
  }
}
