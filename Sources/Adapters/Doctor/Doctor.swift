public import Deploy
import Posix

/// Looks for what goes wrong on real machines, and says how to fix it, without changing anything.
///
/// Each check reads what it needs and passes it as values to a function that decides. A check that cannot be made is a
/// finding too.
public struct Doctor {
  let layout: Layout
  let programs: TimedPrograms
  let backend: any BackendChecks
  let isRoot = CurrentProcess.isRoot

  /// All findings about the server and the given apps.
  public func findings(_ apps: [AppName]) -> [Finding] {
    backend.checks.flatMap { check in
      caught(check) { try findings(check, apps) }
    }
  }

  /// Turns an error into a finding of a check.
  public func finding(_ error: any Error, in check: Check, app: AppName? = nil) -> Finding {
    let failure = Failure(of: error)
    if !isRoot, let error = error as? SystemError, error.isPermission {
      return Finding(
        check, .skipped, "\(error.subject) is not open to this user", app: app, advice: Self.lookAsRoot)
    }
    return Finding(check, .problem, "\(failure)", app: app, advice: failure.next)
  }

  static let lookAsRoot = "'sudo nextdeploy doctor' on the server can look at it."

  /// Runs a check, and turns an error into a finding of its own.
  func caught(_ check: Check, app: AppName? = nil, _ look: () throws -> [Finding]) -> [Finding] {
    let found: [Finding]
    do { found = try look() } catch { found = [finding(error, in: check, app: app)] }
    return found.map { finding in
      var finding = finding
      // A machine where root has no sudo does not need it.
      if isRoot {
        finding.command = finding.command.map(Self.withoutSudo)
        finding.advice = finding.advice.map(Self.withoutSudo)
      }
      return finding
    }
  }

  private static func withoutSudo(_ text: String) -> String { text.split(separator: "sudo ").joined() }

  private func findings(_ check: Check, _ apps: [AppName]) throws -> [Finding] {
    switch check {
    case .caddy: try backend.caddy(self, configs(apps))
    case .ports: try ports(configs(apps)).findings
    case .node: try node(apps)
    case .memory: try memory(apps)
    case .disk: try disk()
    case .clock: try clock(apps)
    case .units: units()
    case .files: try files(apps)
    case .apps: serverConfig() + apps.flatMap { app in caught(.apps, app: app) { try self.app(app) } }
    case .holes: try holes(apps)
    case .domains: try domains(configs(apps))
    }
  }

  /// The apps whose settings can be read; the check of apps reports the others.
  private func configs(_ apps: [AppName]) -> [(app: AppName, config: AppConfig)] {
    apps.compactMap { app in (try? Apps(layout: layout).config(of: app)).map { (app, $0) } }
  }

  /// What is live of each app, with the record of its release, if both can be read.
  func liveReleases(_ apps: [AppName]) -> [(app: AppName, release: ReleaseRecord)] {
    apps.compactMap { app in
      guard let live = try? StateFile.read(LiveRecord.self, layout.app(app).live),
        let record = try? ReleaseDirectory(layout: layout.app(app)).read(live.release)
      else { return nil }
      return (app, record)
    }
  }
}
