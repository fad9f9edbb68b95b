@testable import Deploy

/// A machine in memory on which deploys run: every seam, what happened on it, and what shall fail.
///
/// It fails closed: what a test did not prepare is an error, and so is what a real part would refuse (to start an
/// instance whose port is not reserved, to route to one that never answered well).
final class World {
  let app: AppName
  let main: BranchName
  var config: AppConfig
  let began = ContinuousClock.now
  /// For how long deploys have waited.
  var waited = Duration.zero
  /// What was done to the world, in order.
  var events: [String] = []
  /// Events that begin with one of these fail.
  var failing: Set<String> = []
  /// The process ends as it is about to do the first thing that begins with this; nothing after it happens either.
  var crash: String? { didSet { hasCrashed = false } }
  private var hasCrashed = false

  var branches: [String: CommitID] = [:]
  var commits: [CommitID: (commit: Commit, tree: MemoryTree)] = [:]
  var records: [DeployID: DeployRecord] = [:]
  var dead: Set<DeployID> = []
  var live: LiveRecord?
  var variables: [String: AppEnvironment.Variable] = [:]
  var hasNotedEnvironment = false
  var damagedRecords: [String] = []
  var damagedReleases: [ReleaseID] = []
  /// Runs once for every attempt to get the turn; true where somebody else has it.
  var turnTaken: () -> Bool = { false }
  var files: [String: String] = [:]
  var installedKey: String?
  var builtKey: String?
  var freeSpace = 1 << 30
  var reservedSpace = 100 << 20
  /// What parts of the workspace take on the disk.
  var usages: [String: DiskUsage] = [:]
  /// What an archive that is shipped brings.
  var arriving: MemoryTree?
  /// Taken by what is in the workspace.
  var workspaceSize = 0
  var releases: [ReleaseRecord] = []
  /// Releases that are packed, and whether more may be.
  var archived: [ReleaseRecord] = []
  var canArchive = false
  /// Happens as a release is removed.
  var whenRemoved: () -> Void = {}
  var assemblies: [Assembly] = []
  /// What the proxy may serve by itself, by release.
  var published: [ReleaseID: PublishedFiles] = [:]
  /// Releases that are files, where the proxy serves them.
  var publishedSites: [ReleaseID: StaticSite] = [:]
  /// What the proxy was told last.
  var site: Site?
  var instances: [InstanceID: InstanceState] = [:]
  var services: [InstanceID: Service] = [:]
  var routedTo: Destination?
  var routed: Port? { if case .instance(let upstream) = routedTo { upstream.port } else { nil } }
  /// Where releases that are files are looked at before they are live; all that answers there.
  var previewed: Upstream?
  /// What the app answers, by port; by default it answers well at once.
  var answers: (Port) -> ProbeAnswer = { _ in .status(200) }
  /// What it answers to one request, where that matters.
  var page: ((ProbeRequest, Upstream) -> ProbeAnswer)?
  var listeners: [ListeningAddress] = []
  /// Who listens where an instance should.
  var strangers: [Stranger] = []
  /// What instances are from their start on.
  var stateAfterStart = InstanceState.running(process: 4711, restarts: 0)
  var jobs: [Job] = []
  var results: [String: JobResult] = [:]
  var output = ""
  /// What programs write that write something else, by their command's beginning.
  var outputs: [String: String] = [:]
  /// Happens as the proxy is told where to go.
  var whenRouted: () -> Void = {}
  /// How long each program runs.
  var jobSeconds = 0.0
  /// Who has cancelled all deploys.
  var canceller: String?
  /// Happens while a program runs.
  var whenRun: () -> Void = {}
  /// What builds leave in the workspace.
  var built: [String: String] = [:]
  var toolbox = FakeToolbox()
  /// The versions of Node and Bun that can be brought; nil where pushes may not.
  var mirror: [String]?
  /// What builds were given last.
  var programs: [String: String] = [:]
  /// What Doppler keeps.
  var doppler: [String: String] = [:]
  /// What is known of packages and Node.
  var holes = HoleList.empty
  var holesRead = 0
  /// What was told.
  let told = Listener()
  /// What answered well; nothing else may be routed.
  var healthy: Set<Upstream> = []
  /// Releases whose files were looked at.
  var lookedAt: Set<ReleaseID> = []

  init() throws {
    app = try AppName("shop")
    main = try BranchName("main")
    config = AppConfig(branch: main, domains: [try Domain("shop.example.com")], port: try Port("8081"))
    // A job of its own, which is in the way of tests that are about others.
    config.audits = false
  }

  /// Notes an event, or fails where the test says so.
  func event(_ text: String) throws {
    if hasCrashed { throw Crash() }
    events.append(text)
    if let crash, text.hasPrefix(crash) {
      hasCrashed = true
      throw Crash()
    }
    if failing.contains(where: text.hasPrefix) {
      throw Failure(text, "the test says so", next: "Nothing.")
    }
  }

  /// Those of the events that begin with one of the words.
  func events(_ beginnings: String...) -> [String] {
    events.filter { event in beginnings.contains(where: event.hasPrefix) }
  }

  var seams: Seams {
    Seams(
      repository: FakeRepository(world: self), state: FakeState(world: self), workspace: FakeWorkspace(world: self),
      payloads: FakePayloads(world: self), releases: FakeReleases(world: self), files: FakeFiles(world: self),
      manager: FakeManager(world: self),
      proxy: FakeProxy(world: self),
      probe: FakeProbe(world: self), runner: FakeRunner(world: self), toolbox: toolbox,
      runtimes: FakeRuntimes(world: self), secrets: FakeSecrets(world: self),
      holes: { [self] in
        holesRead += 1
        return holes
      },
      clock: FakeClock(world: self), events: Events([told]),
      baseEnvironment: ["PATH": "/usr/bin", "HOME": "/home/shop", "USER": "dev"], config: { self.config },
      origin: { config in
        config.domains.first.map { Origin(.https, host: $0.description) }
          ?? Origin(.http, host: "server", port: config.port.number)
      })
  }

  // MARK: What tests do in it

  /// A plain Node app with a lockfile, a build and one text that tells versions apart.
  static func app(_ text: String, project: String? = nil) throws -> MemoryTree {
    let tree = try MemoryTree([
      "package.json": #"{"scripts": {"build": "make", "start": "node server.js"}, "dependencies": {"a": "1"}}"#,
      "package-lock.json": "{}", "server.js": text,
    ])
    return try project.map { try tree.adding("nextdeploy.json", $0) } ?? tree
  }

  func commit(_ subject: String, _ tree: MemoryTree) throws -> Commit {
    let commit = Commit(id: try CommitID(hashing: "commit \(subject)"), tree: tree.id, subject: subject)
    commits[commit.id] = (commit, tree)
    return commit
  }

  /// Moves the branch, as git does before it runs the hook, and deploys.
  @discardableResult
  func push(_ subject: String, _ tree: MemoryTree? = nil) throws -> DeployRecord {
    let commit = try commit(subject, tree ?? Self.app(subject))
    let previous = branches[main.ref]
    branches[main.ref] = commit.id
    return try deploy(.push(commit, previous: previous))
  }

  @discardableResult
  func deploy(_ request: Deployment.Request) throws -> DeployRecord {
    try Deployment.run(request, app: app, deploys: FakeState(world: self), clock: FakeClock(world: self)) { _ in seams }
  }

  func recover() throws { try Recovery(app: app, config: config, seams: seams).run() }

  var tip: CommitID? { branches[main.ref] }

  func instance(_ port: String) throws -> InstanceID { InstanceID(app: app, port: try Port(port)) }
}

/// What a process that ended throws at all it still tries.
struct Crash: Error {}
