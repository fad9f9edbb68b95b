public import Deploy

/// What runs a server's apps, its Caddy and its builds: systemd, or nextdeploy itself.
///
/// It is chosen once (``Backends``); code that uses it asks what it can do, not which one it is.
public protocol Backend: Sendable {
  var capabilities: Capabilities { get }

  /// The name of the user who owns everything on the server; nil if that is whoever runs nextdeploy.
  var owner: String? { get }

  var caddy: any CaddyService { get }

  /// What the apps write.
  var logs: any InstanceLogs { get }

  /// Starts and stops instances.
  ///
  /// - Parameter limits: how much of the machine an app's instances may take.
  func services(
    on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) -> any ServiceManager

  /// Begins with what a deploy takes, if one may come soon, and returns at once.
  ///
  /// - Parameter withInstance: whether it is likely to start an instance.
  func expectDeploy(
    of app: AppName, withInstance: Bool, on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) throws -> (any ExpectedDeploy)?

  /// Sends requests to instances, and sees where they listen.
  func probe(of ports: PortRange) -> any Probe & PortListeners

  /// Runs an app's installs and builds.
  ///
  /// - Parameters:
  ///   - builds: how many builds may run at a time on the machine.
  ///   - mayName: whether the person who reads the output may learn of an app.
  func runner(of app: AppName, builds: Int, mayName: @escaping (AppName) -> Bool) -> any Runner

  /// Works on an app's files, whoever owns them.
  ///
  /// - Parameter tell: called with a message about whatever had to be set aside.
  func files(of app: AppName, tell: @escaping @Sendable (String) -> Void) -> any FileAccess

  /// The directory from which git takes hooks for a push.
  ///
  /// - Throws: if the hook is missing and cannot be written.
  func hooks(running program: String) throws -> String

  /// Throws if instances cannot have these ports to themselves.
  func requireUsable(_ ports: PortRange) throws

  /// Finds what is wrong with the server.
  var doctor: Doctor { get }
}

/// What one backend can do and another may not.
public struct Capabilities: Equatable, Sendable {
  /// Whether instances can be limited in memory, processors and tasks, and builds wait for each other.
  public var limits: Bool
  /// Whether sites with a domain are served over HTTPS, on the usual ports.
  public var tls: Bool
  /// Whether apps and builds run as users of their own.
  public var isolation: Bool
}
