import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// A service manager that the contract suite is run against, and what the tests of it need of the machine.
protocol Backend: Sendable, CustomTestStringConvertible {
  var name: String { get }
  /// Where its instances may listen.
  var ports: Range<UInt16> { get }
  /// The mode of a file that holds secrets.
  var secretMode: UInt32 { get }

  /// The root directory for a test.
  func root(in scratch: Scratch) -> String

  func manager(_ layout: Layout, _ ports: PortRange) -> any ServiceManager

  /// A path in a release, as the release's instances see it.
  func seen(_ path: String) -> String

  /// What the instances of an app have written; `log` is the file that their services name.
  func lines(of app: AppName, log: String) throws -> [String]

  /// The instances' processes, and the manager's own beside them, as "ID COMMAND LINE".
  func processes(_ stage: Stage) -> [String]

  /// Ends one process of an instance, as the kernel does when memory is short.
  func kill(_ process: ProcessIdentity, of instance: InstanceID) throws

  /// Takes away what keeps an instance running, as a crash or a power loss would; the instance's own process may stay.
  func lose(_ instance: InstanceID, _ process: ProcessIdentity) throws
}

extension Backend {
  var testDescription: String { name }
}

enum Backends {
  /// The embedded manager, or systemd's where script/server/tests/contract.sh runs the tests on a server.
  static let all: [any Backend] =
    CurrentProcess.environment["NEXTDEPLOY_TEST_MANAGER"] == "systemd" ? [SystemdBackend()] : [EmbeddedBackend()]
}
