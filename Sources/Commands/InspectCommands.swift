import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy releases`, `status`, `logs` and `plan`: looking without touching.
enum InspectCommands {
  // MARK: releases

  private struct ReleaseRow: Encodable {
    let id: ReleaseID
    let commit: Commit
    let framework: String
    let createdAt: String
    let isLive: Bool
  }

  static let releases = ServerCommand(
    spec: CommandSpec("releases", [], [.app, .json], "List the releases that can be rolled back to"), reach: .ssh
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let live = try server.state(of: app).live()?.release
    let rows = try server.releases(of: app).list().map {
      ReleaseRow(
        id: $0.id, commit: $0.commit, framework: $0.framework, createdAt: $0.createdAt, isLive: $0.id == live)
    }
    if invocation.has(.json) {
      try server.terminal.printJSON(rows)
      return 0
    }
    if rows.isEmpty { server.terminal.print("There is no release yet. Push to make one.") }
    let table = rows.map { row in
      [row.isLive ? "*" : " ", row.id.description, row.commit.id.short, row.framework, row.commit.subject]
    }
    for line in TextTable.lines(table) { server.terminal.print(line) }
    return 0
  }

  // MARK: status

  private struct InstanceRow: Encodable {
    let instance: InstanceID
    let state: String
    let process: Int32?
    let restarts: Int
    let memory: Int?
    let lastExit: String?
    /// Who else listens on its port, where visitors then come to.
    var strangers: [String] = []
  }

  private struct Status: Encodable {
    let app: AppName
    let url: String
    let live: LiveRecord?
    let instances: [InstanceRow]
    let proxy: String
    /// What it takes for what is live to have the environment as it is now; null where it has it.
    let environment: EnvironmentChange?
    /// Why the environment cannot be read.
    let environmentFailure: String?
    let running: DeployRecord?
    let last: DeployRecord?
  }

  static let status = ServerCommand(
    spec: CommandSpec("status", [], [.app, .json], "Show what is live and how it is"), reach: .ssh
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let state = server.state(of: app)
    let manager = try server.manager()
    let records = try state.records()
    // A damaged env file must not hide how the app is.
    let change = Result { try environmentChange(app, state, server) }
    let status = Status(
      app: app, url: server.origin(of: try server.apps.config(of: app)).description, live: try state.live(),
      instances: try manager.instances(of: app).map { instance in
        var row = row(instance, try manager.state(of: instance))
        row.strangers = try manager.strangers(at: instance).map(\.description)
        return row
      },
      proxy: try server.caddy.isRunning ? "running" : "stopped",
      environment: try? change.get(), environmentFailure: change.failure.map { Failure(of: $0).description },
      running: records.last { !$0.isFinished && state.isRunning($0) }, last: records.last(where: \.isFinished))
    if invocation.has(.json) {
      try server.terminal.printJSON(status)
    } else {
      for line in lines(status) { server.terminal.print(line) }
    }
    return 0
  }

  private static func environmentChange(
    _ app: AppName, _ state: AppDirectory, _ server: Server
  ) throws -> EnvironmentChange? {
    guard let live = try state.live() else { return nil }
    let built = try server.releases(of: app).list().first { $0.id == live.release }
    return try EnvironmentChange.needed(
      live: live, built: built, by: state.environment(), server.repository(of: app))
  }

  private static func row(_ instance: InstanceID, _ state: InstanceState) -> InstanceRow {
    switch state {
    case .running(let process, let restarts):
      InstanceRow(
        instance: instance, state: "running", process: process, restarts: restarts,
        memory: ProcessIdentity(of: process)?.residentMemory, lastExit: nil)
    case .waitingToRestart(let exit, let restarts):
      InstanceRow(
        instance: instance, state: "restarting", process: nil, restarts: restarts, memory: nil, lastExit: exit)
    case .draining:
      InstanceRow(instance: instance, state: "draining", process: nil, restarts: 0, memory: nil, lastExit: nil)
    case .lost, .absent:
      InstanceRow(instance: instance, state: "stopped", process: nil, restarts: 0, memory: nil, lastExit: nil)
    }
  }

  private static func lines(_ status: Status) -> [String] {
    var rows = [["app", status.app.description], ["url", status.url]]
    if let live = status.live {
      rows.append(["live", "\(live.release) (\(live.commit.id.short) \(live.commit.subject)) since \(live.since)"])
    } else {
      rows.append(["live", "nothing yet"])
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

  static let logs = ServerCommand(
    spec: CommandSpec("logs", [], [follow, deploy, .app], "Show what the live app writes, or a deploy's log"),
    reach: .ssh
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let layout = server.layout.app(app)
    if server.machine == .systemd && invocation.value(deploy) == nil {
      try CurrentProcess.replace(with: server.journal.show(app, follow: invocation.has(follow)))
    }
    var file = layout.liveLog
    if let id = try invocation.value(deploy).map({ try DeployID($0) }) {
      file = layout.deployLog(id)
      guard Files.exists(file) else {
        throw Failure(
          .notFound, "showing the log of deploy \(id)", "there is none of that id",
          next: "'nextdeploy status' names the last deploy.")
      }
    }
    guard Files.exists(file) else {
      throw Failure(.notFound, "showing the app's log", "nothing is live yet", next: "Push the app first.")
    }
    let lines = invocation.value(deploy) == nil ? "100" : "+1"
    let arguments = ["tail", "-n", lines] + (invocation.has(follow) ? ["-F"] : []) + [file]
    try CurrentProcess.replace(with: Command(arguments, environment: server.baseEnvironment))
  }

  // MARK: plan

  static let plan = ServerCommand(
    spec: CommandSpec("plan", [.optional("SHA")], [.app, .json], "Say what a deploy would do; touches nothing"),
    reach: .ssh
  ) { invocation, server in
    let app = try server.find(invocation.value(.app))
    try server.restrain()
    let config = try server.apps.config(of: app)
    let repository = server.repository(of: app)
    guard let name = try invocation.argument(0) ?? repository.target(of: config.branch.ref)?.description else {
      throw Failure(
        .notFound, "planning a deploy of \(app)", "nothing has been pushed to \(config.branch) yet",
        next: "Push it, or name a commit.")
    }
    let commit = try repository.commit(name)
    let outline = try Deployment.outline(of: commit, seams: try server.seams(of: app, log: nil))
    if invocation.has(.json) {
      try server.terminal.printJSON(outline)
      return 0
    }
    server.terminal.print("\(app): \(commit.id.short) \(commit.subject)")
    server.terminal.print(outline.detected)
    for warning in outline.warnings { server.terminal.print("warning: \(warning)") }
    if let unset = outline.unset {
      server.terminal.print(
        "not set: \(unset.names.joined(separator: ", ")) (\(unset.file) names them; 'nextdeploy env set \(app) NAME' sets one)"
      )
    }
    for line in TextTable.lines(outline.steps.map { [$0.step.rawValue, $0.action] }) { server.terminal.print(line) }
    return 0
  }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
