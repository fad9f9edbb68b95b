/// The kinds of programs that run for an app.
enum AppProgram: String, CaseIterable {
  case install, build
  case releaseCommand = "release command"
  /// A running instance.
  case app
  /// A build on another machine.
  case elsewhere = "build elsewhere"
}

extension AppEnvironment {
  /// What a program sees of the app's own variables.
  func seen(by program: AppProgram) -> [String: String] {
    switch program {
    case .install, .build, .elsewhere: forBuilds
    case .releaseCommand: forReleaseCommand
    case .app: forInstances
    }
  }
}

/// The environment that one of an app's programs is given. The table in docs/configuration.md has the same rows.
struct ProgramEnvironment {
  let program: AppProgram
  /// PATH, HOME, LANG, TMPDIR, USER.
  let base: [String: String]
  /// What it sees of the app's own variables.
  let own: [String: String]
  /// What goes in front of PATH, and where it runs; nil if only whoever starts it knows that.
  var place: (path: [String], directory: String)?
  /// Where Corepack keeps what it downloads.
  var corepack = ""
  /// What the start command sets.
  var start: [String: String] = [:]
  /// Whether it builds with Next.js.
  var isNext = false
  /// The key for Next's server actions, if it needs one.
  var serverActionsKey: String?
  /// Where Node is to keep what it compiles.
  var compiled: String?
  /// Variables by which a build of Next.js and its instances are identified.
  var identity: [String: String] = [:]
  /// Where it is to listen.
  var listening: (port: Port, host: String)?

  init(_ program: AppProgram, _ environment: AppEnvironment, base: [String: String]) {
    self.program = program
    self.base = base
    own = environment.seen(by: program)
  }

  /// Everything it is given.
  var variables: [String: String] {
    Self.rows.reduce(into: [:]) { all, row in
      if row.programs.contains(program) { all.merge(row.values(self, all)) { _, later in later } }
    }
  }

  /// The names that nobody else can set, and why.
  static let taken: [String: String] = rows.reduce(into: [:]) { $0.merge($1.taken) { first, _ in first } }

  /// The table for people, in Markdown.
  static var table: [String] {
    let head = "| Variable | \(AppProgram.allCases.map(\.rawValue).joined(separator: " | ")) |"
    let line = "|---|" + String(repeating: "---|", count: AppProgram.allCases.count)
    return [head, line]
      + rows.map { row in
        "| \(row.text) | \(AppProgram.allCases.map { row.programs.contains($0) ? "yes" : "no" }.joined(separator: " | ")) |"
      }
  }

  // MARK: The rows

  /// Variables, and the programs that are given them. Later rows win.
  private struct Row: Sendable {
    let text: String
    let programs: Set<AppProgram>
    /// Of these the names that are NextDeploy's alone, and why.
    let taken: [String: String]
    /// The variables, with those of the rows before.
    let values: @Sendable (ProgramEnvironment, [String: String]) -> [String: String]

    init(
      _ text: String, _ programs: Set<AppProgram> = work, taken: [String: String] = [:],
      _ values: @escaping @Sendable (ProgramEnvironment, [String: String]) -> [String: String]
    ) {
      self.text = text
      self.programs = programs
      self.taken = taken
      self.values = values
    }
  }

  /// What runs in the workspace.
  private static let work: Set<AppProgram> = [.install, .build, .releaseCommand]
  /// What runs on this machine.
  private static let all = work.union([.app])

  private static let rows: [Row] = [
    Row(
      "`PATH`, `HOME`, `LANG`, `TMPDIR`, `USER` of whoever pushed or ran the command (`HOME=/`, `LANG=C.UTF-8` and Debian's "
        + "PATH where there are none)", all,
      taken: [
        "HOME": "apps and builds get a home of their own on a server with systemd",
        "USER": "apps and builds run as users of their own on a server with systemd",
        "TMPDIR": "apps and builds get a /tmp of their own on a server with systemd",
      ]
    ) { given, _ in given.base.filter { $0.key != "PATH" } },
    Row(
      "`PATH` gets `node_modules/.bin` of the app and of the directories above it in front, then the "
        + "[package manager](packages.md#package-managers), then [the app's Node](runtimes.md#what-uses-it) where that is not "
        + "the one on the PATH", all
    ) { given, _ in
      given.place.map { ["PATH": ($0.path + [given.base["PATH"] ?? ""]).joined(separator: ":")] } ?? [:]
    },
    // What keeps tools from asking, colouring and telling: their output goes through git to somebody's terminal, or to a log.
    Row("`SHELL=/bin/sh`, `TERM=dumb`") { _, _ in ["SHELL": "/bin/sh", "TERM": "dumb"] },
    // What other apps have Corepack bring is theirs. Who calls it without a version gets the one that it was made with, not the
    // newest, and changes nobody's.
    Row(
      "`CI=1`, `NO_COLOR=1`, `NEXT_TELEMETRY_DISABLED=1`, `COREPACK_ENABLE_DOWNLOAD_PROMPT=0`, "
        + "`COREPACK_DEFAULT_TO_LATEST=0`, `COREPACK_HOME` in the app's cache"
    ) { given, _ in
      [
        "CI": "1", "NO_COLOR": "1", "NEXT_TELEMETRY_DISABLED": "1", "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
        "COREPACK_DEFAULT_TO_LATEST": "0", "COREPACK_HOME": given.corepack,
      ]
    },
    Row(
      "`TURBO_TELEMETRY_DISABLED=1`, `TURBO_ENV_MODE=loose`, `TURBO_FORCE=true`, `NX_SKIP_NX_CACHE=true`, "
        + "`NX_DAEMON=false` ([why](packages.md#workspaces))", work.union([.elsewhere])
    ) { _, _ in TaskRunner.environment },
    Row("`NODE_ENV=production`", all.subtracting([.install])) { _, _ in ["NODE_ENV": "production"] },
    Row(
      "what [wrappers set](start.md#what-wrappers-set) (Next.js; the release command where it is what runs before the start)",
      [.releaseCommand, .app]
    ) { given, _ in given.start },
    // With paths from there, for each release is at another.
    Row(
      "`NODE_COMPILE_CACHE` in `.next/cache`, `NODE_COMPILE_CACHE_PORTABLE=1` (Next.js 14 and later; Node 22 and later reads them)",
      [.app]
    ) { given, _ in
      given.compiled.map { ["NODE_COMPILE_CACHE": $0, "NODE_COMPILE_CACHE_PORTABLE": "1"] } ?? [:]
    },
    Row("the app's own ([environment.md](environment.md) says who sees which)", all.union([.elsewhere])) { given, _ in
      given.own
    },
    Row(
      "`NEXT_PRIVATE_STANDALONE=true` (Next.js)", [.build, .elsewhere],
      taken: ["NEXT_PRIVATE_STANDALONE": "it is set for every build of Next.js"]
    ) { given, _ in given.isNext ? ["NEXT_PRIVATE_STANDALONE": "true"] : [:] },
    Row(
      "`NEXT_SERVER_ACTIONS_ENCRYPTION_KEY` (Next.js; the app's own variable, else a key made for the app)",
      [.build, .app, .elsewhere]
    ) { given, _ in given.serverActionsKey.map { [ServerActionsKey.name: $0] } ?? [:] },
    Row(
      "`NEXT_DEPLOYMENT_ID` (Next.js), the id of the deploy that built it; elsewhere one of the same form",
      [.build, .app, .elsewhere],
      taken: [AppProcess.nextDeployment: "it is the id of the deploy that built the app"]
    ) { given, _ in given.identity },
    Row(
      "`PORT`, `HOSTNAME=127.0.0.1` (`localhost` where the app was built by Next.js)", [.app],
      taken: [
        "PORT": "each instance gets a port of its own", "HOSTNAME": "instances listen on 127.0.0.1, behind the proxy",
      ]
    ) { given, _ in given.listening.map { ["PORT": $0.port.description, "HOSTNAME": $0.host] } ?? [:] },
    Row(
      "`LOGNAME` as `USER`",
      taken: ["LOGNAME": "apps and builds run as users of their own on a server with systemd"]
    ) { _, before in before["USER"].map { ["LOGNAME": $0] } ?? [:] },
    Row("`PWD`, the directory that it runs in", all, taken: ["PWD": "it is the directory that a program runs in"]) {
      given, _ in given.place.map { ["PWD": $0.directory] } ?? [:]
    },
  ]
}
