import Deploy
import Posix

/// Where it is decided what runs a server: nothing else asks.
public enum Backends {
  /// The root directory that the units know; they can work for no other.
  public static let usualRoot = "/opt/nextdeploy"

  /// The backend of this machine for a root directory.
  ///
  /// - Parameters:
  ///   - environment: what programs are started with; has PATH.
  ///   - supervisor: the path of nextdeploy-supervisor.
  ///   - isBooting: whether the machine is starting: then nothing waits for an instance's start.
  public static func choose(
    _ layout: Layout, environment: [String: String], supervisor: String, isBooting: Bool
  ) -> any Backend {
    if layout.root == usualRoot && Files.exists("/run/systemd/system") {
      SystemdBackend(layout: layout, environment: environment, isBooting: isBooting)
    } else {
      SupervisedBackend(layout: layout, environment: environment, supervisor: supervisor)
    }
  }
}
