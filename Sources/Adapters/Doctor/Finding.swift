public import Deploy

/// One thing that `nextdeploy doctor` looked at: how it is, and how to fix it.
public struct Finding: Equatable, Encodable, Sendable {
  /// How serious a finding is, from fine to broken.
  public enum State: String, CaseIterable, Encodable, Sendable {
    case ok
    /// This user cannot look at it.
    case skipped
    /// It may go wrong, or is right only in some cases.
    case warning
    case problem
  }

  /// The check that made this finding.
  public let check: Check
  /// The app that it is about; nil for the whole server.
  public let app: AppName?
  /// How serious it is.
  public let state: State
  /// What the check found, in words for the person who runs the doctor.
  public let found: String
  /// A shell command that fixes it.
  public var command: String?
  /// What else to know or do.
  public var advice: String?

  init(
    _ check: Check, _ state: State, _ found: String, app: AppName? = nil, command: String? = nil, advice: String? = nil
  ) {
    self.check = check
    self.app = app
    self.state = state
    self.found = found
    self.command = command
    self.advice = advice
  }
}

extension [Finding] {
  /// Adds a finding.
  mutating func add(
    _ check: Check, _ state: Finding.State, _ found: String, app: AppName? = nil, command: String? = nil,
    advice: String? = nil
  ) {
    append(Finding(check, state, found, app: app, command: command, advice: advice))
  }
}

/// What the doctor looks at, in this order.
public enum Check: String, CaseIterable, Encodable, Sendable {
  case caddy, ports, node, memory, disk, clock, units, files, apps, holes, domains

  /// What the check makes sure of, for the command's help.
  public var summary: String {
    switch self {
    case .caddy: "Caddy runs, takes its Caddyfile, reads the apps' sites, and keeps its administration to itself"
    case .ports: "nothing but Caddy has the ports of domains and of apps without one, and Caddy listens once on each"
    case .node: "Node is there, new enough for each app, and where builds and apps can see it"
    case .memory: "memory and swap are enough for a Next.js build"
    case .disk: "there is room on the disk, for bytes and for files"
    case .clock: "the clock is kept right, and is not behind what was written before"
    case .units: "users, units and the polkit rule are as setup left them, and polkit obeys (with systemd)"
    case .files: "owners and modes below the root, env files, keys and repositories above all"
    case .apps: "each app's settings can be read, what is live runs, no deploy was interrupted"
    case .holes: "no app that is live has a hole by which strangers can run code, nor a lesser one"
    case .domains: "each domain leads to this machine"
    }
  }
}
