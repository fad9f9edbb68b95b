public import Deploy
import Posix

/// Decides what runs a server; nothing else does.
public enum Backends {
  /// The root directory that the systemd units are written for; they work with no other.
  public static let usualRoot = "/opt/nextdeploy"

  /// The backend of this machine for a root directory.
  ///
  /// - Parameters:
  ///   - environment: the variables that programs are started with, including PATH.
  ///   - supervisor: the path of nextdeploy-supervisor.
  ///   - isBooting: whether the machine is booting, in which case nothing waits for an instance to start.
  ///   - expected: the instance that this process's deploy may go on with.
  public static func choose(
    _ layout: Layout, environment: [String: String], supervisor: String, isBooting: Bool,
    expected: InstanceID? = nil
  ) -> any Backend {
    if layout.root == usualRoot && Files.exists("/run/systemd/system") {
      SystemdBackend(layout: layout, environment: environment, isBooting: isBooting, expected: expected)
    } else {
      SupervisedBackend(layout: layout, environment: environment, supervisor: supervisor)
    }
  }
}
