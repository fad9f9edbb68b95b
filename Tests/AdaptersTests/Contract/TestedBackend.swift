import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// A machine on which the contract suites are run against the backend that the product has there, and what their tests
/// need of it.
protocol TestedBackend: Sendable, CustomTestStringConvertible {
  var name: String { get }
  /// What the backend can do there.
  var capabilities: Capabilities { get }
  /// Where its instances may listen.
  var ports: Range<UInt16> { get }
  /// The mode of a file that holds secrets.
  var secretMode: UInt32 { get }
  /// Whether its Caddy is there for nextdeploy's sites alone.
  var hasOwnCaddy: Bool { get }

  /// The root directory for a test.
  func root(in scratch: Scratch) -> String

  /// A path in a release or in what outlives releases, as the app's instances see it.
  func seen(_ path: String) -> String

  /// What the instances of an app have written; `log` is the file that their services name.
  func lines(of app: AppName, log: String) throws -> [String]

  /// The processes of instances, builds and Caddy, and the backend's own beside them, as "ID COMMAND LINE".
  func processes(_ stage: Stage) -> [String]

  /// Ends one process of an instance, as the kernel does when memory is short.
  func kill(_ process: ProcessIdentity, of instance: InstanceID) throws

  /// Takes away what keeps an instance running, as a crash or a power loss would; the instance's own process may stay.
  func lose(_ instance: InstanceID, _ process: ProcessIdentity) throws

  /// How many tasks an instance may have; nil if nothing limits them.
  func mostTasks(of instance: InstanceID) throws -> Int?

  /// Runs a test while Caddy does not run, as an admin may leave it.
  func withoutCaddy(_ stage: Stage, _ test: () throws -> Void) throws
}

extension TestedBackend {
  var testDescription: String { name }

  /// The backend that the product chooses for a root directory there.
  func backend(_ layout: Layout) -> any Backend {
    Backends.choose(
      layout, environment: CurrentProcess.environment, supervisor: ThisProject.supervisor, isBooting: false)
  }

  func manager(_ layout: Layout, _ ports: PortRange) -> any ServiceManager {
    backend(layout).services(on: ports) { _ in Limits() }
  }
}

enum TestedBackends {
  /// Supervised processes, or systemd where script/server/tests/contract.sh runs the tests on a server.
  static let all: [any TestedBackend] =
    CurrentProcess.environment["NEXTDEPLOY_TEST_MANAGER"] == "systemd" ? [SystemdServer()] : [SupervisedMachine()]
}
