import Deploy
import Posix

/// What the backend tells the doctor about the server that it runs.
protocol BackendChecks {
  /// The checks that apply.
  var checks: [Check] { get }
  /// The prefix of a command that changes what the user does not own.
  var sudo: String { get }
  /// Whether /home and /root are hidden from builds and apps.
  var hidesHomes: Bool { get }
  /// Nil if it does not matter.
  var isClockSynchronised: Bool? { get }

  /// The directory of the apps' sites.
  var sites: String { get }

  func caddy(_ doctor: Doctor, _ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding]

  /// The Caddy that serves the apps, and the ports it must listen on besides those of apps without a domain.
  func caddyPorts(_ apps: [(app: AppName, config: AppConfig)]) throws -> CaddyPorts

  /// The user and group that everything belongs to; nil if they do not exist yet.
  func owner() throws -> FilePromise.Owner?
  /// The finding if they do not exist.
  var ownerless: Finding { get }

  /// What must be true of files that belong to no app.
  func serverPromises() -> [Doctor.Promises]
  /// What must be true of an app's workspace and caches.
  func workspacePromises(_ app: AppLayout) -> [FilePromise]
  /// The mode bits that an instance's directory needs.
  var instanceMode: UInt32 { get }

  func keys() throws -> [Finding]

  /// What is wrong with the user that the app runs as.
  func user(of app: AppName, _ live: LiveRecord?) throws -> [Finding]

  /// The command that removes an instance whose app is gone.
  func removal(of instance: InstanceID) -> String

  /// How an instance is, without waiting for long.
  func state(of instance: InstanceID) throws -> InstanceState
}

/// The Caddy that serves the apps, as the port check needs it.
struct CaddyPorts {
  /// Nil if it does not run.
  var process: CaddyProcess?
  var caddyfile: String
  /// Where it listens for domains.
  var domains: [UInt16]
  /// The command that restarts it.
  var restart: String
  /// What to do once Caddy can have the port.
  var afterwards: String
}
