import Deploy
import Posix

/// What the doctor is told of a server by the backend that runs it.
protocol BackendChecks {
  /// What is looked at.
  var checks: [Check] { get }
  /// What stands before a command that changes what is not the user's own.
  var sudo: String { get }
  /// Whether builds and apps cannot see /home and /root.
  var hidesHomes: Bool { get }
  /// Nil if it does not matter.
  var isClockSynchronised: Bool? { get }

  /// The directory of the apps' sites.
  var sites: String { get }

  func caddy(_ doctor: Doctor, _ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding]

  /// The Caddy that serves the apps, and where it is to listen beside the ports of apps without a domain.
  func caddyPorts(_ apps: [(app: AppName, config: AppConfig)]) throws -> CaddyPorts

  /// The user and group that all of it belongs to; nil if there is nobody yet.
  func owner() throws -> FilePromise.Owner?
  /// What is said where there is nobody.
  var ownerless: Finding { get }

  /// What must be true of files that no app has.
  func serverPromises() -> [Doctor.Promises]
  /// The same of an app's workspace and caches.
  func workspacePromises(_ app: AppLayout) -> [FilePromise]
  /// The bits of its mode that an instance's directory needs.
  var instanceMode: UInt32 { get }

  func keys() throws -> [Finding]

  /// What is wrong with the user that the app runs as.
  func user(of app: AppName, _ live: LiveRecord?) throws -> [Finding]

  /// The line that removes an instance whose app is gone.
  func removal(of instance: InstanceID) -> String

  /// How an instance is, without waiting for long.
  func state(of instance: InstanceID) throws -> InstanceState
}

/// The Caddy that serves the apps, as the check of ports needs it.
struct CaddyPorts {
  /// Nil if it does not run.
  var process: CaddyProcess?
  var caddyfile: String
  /// Where it listens for domains.
  var domains: [UInt16]
  /// The line that starts it anew.
  var restart: String
  /// What is to be done once the port is Caddy's to have.
  var afterwards: String
}
