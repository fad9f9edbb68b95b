import Deploy
import Host
import Posix
import Testing

/// A service manager that the contract suite is run against.
struct Backend: Sendable, CustomTestStringConvertible {
  let name: String
  /// Why it cannot run on this machine; nil where it can.
  let obstacle: @Sendable () -> String?
  let make: @Sendable (Layout, PortRange) -> any ServiceManager
  /// Takes away what keeps an instance running, as a crash or a power loss would; the instance's own process may stay.
  let lose: @Sendable (ProcessIdentity) throws -> Void

  /// Every service manager there is: a new one is one more line.
  static let all = [
    Backend(
      name: "embedded", obstacle: { nil }, make: { EmbeddedManager(layout: $0, ports: $1, supervisor: supervisor) },
      lose: killParent)
  ]

  var testDescription: String { name }

  /// Passes over a test that cannot run here.
  func requireRunnable() throws {
    if let obstacle = obstacle() { try Test.cancel("the \(name) manager cannot run here: \(obstacle)") }
  }

  @Sendable private static func killParent(of process: ProcessIdentity) throws {
    let fields = try #require(try Files.text("/proc/\(process.id)/stat")).split(separator: " ")
    // The commands of the tests have no space in their names, so that the parent is the fourth field.
    let parent = try #require(Int32(fields[3]).flatMap { ProcessIdentity(of: $0) })
    try #require(commandLine(parent.id).contains("\(supervisor) instance"))
    parent.signal(.kill)
    try wait(until: "the supervisor's end") { !parent.isRunning }
  }
}
