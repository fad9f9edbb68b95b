import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy releases`, `status`, `logs` and `plan`: commands that change nothing.
enum InspectCommands {
  // MARK: releases

  private struct ReleaseRow: Encodable {
    let id: ReleaseID
    let commit: Commit
    let framework: String
    let createdAt: String
    let isLive: Bool
    /// Whether it is in the archive only, and what it takes there; null while it waits to be packed.
    var isArchived = false
    var size: Int?
    /// What the packages take that it needs, which other releases may need too.
    var packages: Int?
  }

  static let releases = ServerCommand.app(
    CommandSpec("releases", [], [.app, .json], "List the releases that can be rolled back to")
  ) { invocation, app in
    let live = try app.state.live()?.release
    func row(_ release: ReleaseRecord) -> ReleaseRow {
      ReleaseRow(
        id: release.id, commit: release.commit, framework: release.framework, createdAt: release.createdAt,
        isLive: release.id == live)
    }
    let present = try app.releases.list()
    let archived = try app.releases.archived().filter { old in !present.contains { $0.id == old.release.id } }
    let rows =
      archived.map { old in
        var row = row(old.release)
        (row.isArchived, row.size, row.packages) = (true, old.size, old.packages)
        return row
      } + present.map(row)
    try app.terminal.show(rows, invocation) {
      if rows.isEmpty { return ["There is no release yet. Push to make one."] }
      return TextTable.lines(
        rows.map {
          [
            $0.isLive ? "*" : " ", $0.id.description, $0.commit.id.short, $0.framework,
            $0.isArchived ? archive($0) : "", $0.commit.subject,
          ]
        })
    }
    return 0
  }

  private static func archive(_ row: ReleaseRow) -> String {
    guard let size = row.size else { return "archived" }
    let packages = row.packages ?? 0
    return "archived, \(megabytes(size))\(packages > 0 ? " and \(megabytes(packages)) of packages" : "")"
  }

  /// With a tenth where that is most of it.
  private static func megabytes(_ bytes: Int) -> String {
    bytes >= 10 << 20 ? "\(bytes >> 20) MB" : "\(max(1, bytes * 10 >> 20) / 10).\(max(1, bytes * 10 >> 20) % 10) MB"
  }

  // MARK: status

  private struct InstanceRow: Encodable {
    let instance: InstanceID
    let state: String
    var process: Int32?
    var restarts = 0
    var memory: Int?
    var lastExit: String?
    /// Other programs that listen on its port, where visitors may then end up.
    var strangers: [String] = []
  }

  private struct Status: Encodable {
    let app: AppName
    let url: String
    let live: LiveRecord?
    /// The commit that it was built from, here or, as who shipped it says, elsewhere.
    let commit: CommitID?
    let instances: [InstanceRow]
    let proxy: String
    /// What it takes to give the live instance the current environment; null if it has that.
    let environment: EnvironmentChange?
    /// Why the environment cannot be read.
    let environmentFailure: String?
    let running: DeployRecord?
    let last: DeployRecord?
  }

  static let status = ServerCommand.app(
    CommandSpec("status", [], [.app, .json], "Show what is live and how it is")
  ) { invocation, app in
    let found = try app.status()
    let services = try app.server.services()
    // A damaged env file must not hide the app's status.
    let change = Result { try environmentChange(of: found, app) }
    let status = Status(
      app: app.name, url: try app.origin().description, live: found.live,
      commit: found.release?.source.shipment?.commit ?? found.live.flatMap { $0.commit.hasFiles ? $0.commit.id : nil },
      instances: try services.instances(of: app.name).map { instance in
        var row = row(instance, try services.state(of: instance))
        row.strangers = try services.strangers(at: instance).map(\.description)
        return row
      },
      proxy: try app.server.backend.caddy.isRunning ? "running" : "stopped",
      environment: try? change.get(), environmentFailure: change.failure.map { Failure(of: $0).description },
      running: found.running.last, last: found.deploys.last(where: \.isFinished))
    try app.terminal.show(status, invocation) { lines(status) }
    return 0
  }

  private static func environmentChange(of status: AppStatus, _ app: AppContext) throws -> EnvironmentChange? {
    guard let live = status.live else { return nil }
    return try EnvironmentChange.needed(
      live: live, built: status.release, by: app.state.environment(), app.repository)
  }

  private static func row(_ instance: InstanceID, _ state: InstanceState) -> InstanceRow {
    switch state {
    case .running(let process, let restarts):
      InstanceRow(
        instance: instance, state: "running", process: process, restarts: restarts,
        memory: ProcessIdentity(of: process)?.residentMemory)
    case .waitingToRestart(let exit, let restarts):
      InstanceRow(instance: instance, state: "restarting", restarts: restarts, lastExit: exit)
    case .draining: InstanceRow(instance: instance, state: "draining")
    case .prepared: InstanceRow(instance: instance, state: "waiting for its release")
    case .lost, .absent: InstanceRow(instance: instance, state: "stopped")
    }
  }

  private static func lines(_ status: Status) -> [String] {
    var rows = [["app", status.app.description], ["url", status.url]]
    if let live = status.live {
      rows.append(["live", "\(live.release) (\(live.commit.id.short) \(live.commit.subject)) since \(live.since)"])
    } else {
      rows.append(["live", "nothing yet"])
    }
    if let live = status.live, live.instance == nil {
      rows.append(["instance", "none: Caddy serves the files of the release by itself"])
    }
    for instance in status.instances {
      var text = "\(instance.instance) \(instance.state)"
      if let process = instance.process { text += ", process \(process)" }
      if let memory = instance.memory { text += ", \(memory >> 20) MB" }
      if instance.restarts > 0 { text += ", restarted \(instance.restarts) times" }
      if let exit = instance.lastExit { text += " (\(exit))" }
      rows.append(["instance", text])
      rows += instance.strangers.map { ["warning", "port \(instance.instance.port) is taken by \($0)"] }
    }
    switch status.environment {
    case .rebuild:
      rows.append(["environment", "changed since the live release was built: 'nextdeploy rebuild \(status.app)'"])
    case .restart:
      rows.append(["environment", "changed since the live release was started: 'nextdeploy restart \(status.app)'"])
    case nil: if let failure = status.environmentFailure { rows.append(["environment", failure]) }
    }
    rows.append(["proxy", status.proxy])
    if let running = status.running {
      rows.append(["deploying", "\(running.id), at '\(running.step?.rawValue ?? "waiting for its turn")'"])
    }
    if let last = status.last, let outcome = last.outcome {
      let step = outcome == .failed ? last.step.map { " at '\($0.rawValue)': \(last.failure?.cause ?? "")" } ?? "" : ""
      rows.append(["last deploy", "\(last.id) \(outcome.rawValue)\(step)"])
    }
    return TextTable.lines(rows)
  }

  // MARK: logs

  private static let follow = CommandSpec.Option("--follow", short: "-f", "go on showing what comes")
  private static let deploy = CommandSpec.Option("--deploy", value: "ID", "what the pusher of a deploy saw")

  static let logs = ServerCommand.app(
    CommandSpec("logs", [], [follow, deploy, .app], "Show what the live app writes, or a deploy's log")
  ) { invocation, app in
    let follows = invocation.has(follow)
    guard let id = try invocation.value(deploy).map({ try DeployID($0) }) else {
      if let live = try app.state.live(), live.instance == nil {
        throw Failure(
          .notFound, "showing what \(app.name) writes",
          "it is a site of files, which Caddy serves: no process of it runs",
          next: "'--deploy \(live.deploy)' shows the log of its deploy.")
      }
      try CurrentProcess.replace(with: app.server.backend.logs.show(app.name, follow: follows))
    }
    let file = app.layout.deployLog(id)
    guard Files.exists(file) else {
      throw Failure(
        .notFound, "showing the log of deploy \(id)", "there is none of that id",
        next: "'nextdeploy status' names the last deploy.")
    }
    try CurrentProcess.replace(
      with: Command(
        ["tail", "-n", "+1"] + (follows ? ["-F"] : []) + [file], environment: app.server.baseEnvironment))
  }

  // MARK: plan

  static let plan = ServerCommand.unsettledApp(
    CommandSpec("plan", [.optional("SHA")], [.app, .json], "Say what a deploy would do; touches nothing")
  ) { invocation, app in
    try app.server.restrain()
    let branch = try app.config().branch
    let repository = app.repository
    guard let name = try invocation.argument(0) ?? repository.target(of: branch.ref)?.description else {
      throw Failure(
        .notFound, "planning a deploy of \(app.name)", "nothing has been pushed to \(branch) yet",
        next: "Push it, or name a commit.")
    }
    let commit = try repository.commit(name)
    let outline = try Deployment.outline(of: commit, seams: try app.seams())
    try app.terminal.show(outline, invocation) {
      let unset = outline.unset.map {
        "not set: \($0.names.joined(separator: ", ")) (\($0.file) names them; 'nextdeploy env set \(app.name) NAME' sets one)"
      }
      return ["\(app.name): \(commit.id.short) \(commit.subject)", outline.detected]
        + outline.warnings.map { "warning: \($0)" } + [unset].compactMap { $0 }
        + TextTable.lines(outline.steps.map { [$0.step.rawValue, $0.action] })
    }
    return 0
  }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
