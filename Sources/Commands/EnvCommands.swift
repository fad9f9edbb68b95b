import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// `nextdeploy env …`: an app's environment variables and secrets.
enum EnvCommands {
  private static let show = CommandSpec.Option("--show", "print the values too, as in a .env file")
  private static let buildOnly = CommandSpec.Option("--build", "only installs and builds see it")
  private static let run = CommandSpec.Option("--run", "only instances see it")
  private static let apply = CommandSpec.Option(
    "--apply", "start the live release again with the new values, without downtime")
  private static let changes = """
    Instances take a change over with --apply, or later with 'nextdeploy restart'. What builds see (NEXT_PUBLIC_… always)
    takes 'nextdeploy rebuild'.
    """

  // MARK: list

  private struct Row: Encodable {
    let name: String
    let scope: AppEnvironment.Scope
    let source: AppEnvironment.Source
    /// Only with --show.
    let value: String?
  }

  static let list = ServerCommand.unsettledApp(
    CommandSpec(
      "env list", [], [.app, show, .json], "List an app's variables, without their values (also: secrets list)")
  ) { invocation, app in
    let own = try app.state.environment()
    var all = own
    var hidden: Set<String> = []
    var failure: Failure?
    do {
      if let access = try DopplerAccess(own) {
        let secrets = try app.doppler.fetch(access)
        all = try own.adding(secrets, from: access)
        hidden = Set(secrets.keys).intersection(own.variables.keys)
      }
    } catch { failure = Failure(of: error) }
    let variables = all.variables.sorted { $0.key < $1.key }
    defer {
      for line in failure.map(Reporter.lines) ?? [] { app.terminal.printError(line) }
    }
    let status: Int32 = failure == nil ? 0 : 1
    if invocation.has(.json) {
      try app.terminal.printJSON(
        variables.map {
          Row(
            name: $0.key, scope: $0.value.scope, source: $0.value.source,
            value: invocation.has(show) ? $0.value.value : nil)
        })
      return status
    }
    if variables.isEmpty {
      app.terminal.printError("There is no variable yet. Set one with 'nextdeploy env set \(app.name) NAME'.")
    }
    if invocation.has(show) {
      for (name, variable) in variables {
        app.terminal.print(try EnvironmentFile.line(name, variable.value, variable.scope))
      }
      return status
    }
    let isAlone = all == own && hidden.isEmpty
    let table = variables.map { name, variable in
      let source = variable.source == .doppler ? "Doppler" : hidden.contains(name) ? "env, over Doppler's" : "env"
      return [name, whose(name, variable.scope)] + (isAlone ? [] : [source])
    }
    for line in TextTable.lines(table) { app.terminal.print(line) }
    return status
  }

  private static func whose(_ name: String, _ scope: AppEnvironment.Scope) -> String {
    if name == DopplerAccess.tokenName { return "nextdeploy" }
    return switch scope {
    case .both: "builds and instances"
    case .build: "builds"
    case .run: "instances"
    }
  }

  // MARK: set

  static let set = ServerCommand.unsettledApp(
    CommandSpec(
      "env set", [.repeated("KEY[=VALUE]")], [.app, buildOnly, run, apply],
      "Set variables of an app; without =VALUE, to what is typed or comes on standard input",
      details: """
        KEY alone asks for the value without showing it, or takes it from a pipe (one line end at its end is not part of
        it): unlike KEY=VALUE, it is then in no list of processes and in no shell's history. Over ssh there is no terminal:

          ssh nextdeploy@HOST env set shop API_KEY < file

        \(changes)
        """)
  ) { invocation, app in
    let scope = try scope(invocation)
    let pairs = try invocation.arguments.map { word in
      let parts = word.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      return (try VariableName(String(Substring(parts[0]))), parts.count > 1 ? String(Substring(parts[1])) : nil)
    }
    let isTyped = CurrentProcess.isTerminal(0)
    guard isTyped || pairs.count(where: { $0.1 == nil }) <= 1 else {
      throw Failure(
        .usage, "nextdeploy env set", "several values cannot come on standard input",
        next: "Set one after the other, or all with 'nextdeploy env import -'.")
    }
    let values = try pairs.map { name, value in
      (name, try value ?? (isTyped ? ValueInput.typed(name, app.terminal) : ValueInput.piped("the value of \(name)")))
    }
    return try change(app, invocation) { file in
      for (name, value) in values { try file.set(name, to: value, scope) }
      return "Set \(list(values.map(\.0.description)))."
    }
  }

  /// Nil if no scope is given; it then stays as it is.
  private static func scope(_ invocation: Invocation) throws(Failure) -> AppEnvironment.Scope? {
    switch (invocation.has(buildOnly), invocation.has(run)) {
    case (true, true): .both
    case (true, false): .build
    case (false, true): .run
    case (false, false): nil
    }
  }

  // MARK: unset

  static let unset = ServerCommand.unsettledApp(
    CommandSpec("env unset", [.repeated("KEY")], [.app, apply], "Remove variables of an app", details: changes)
  ) { invocation, app in
    let names = invocation.arguments
    return try change(app, invocation) { file in
      let known = try file.environment().variables.keys.sorted()
      for name in names {
        guard try file.unset(name) else {
          throw Failure(
            .notFound, "unsetting \(name.quoted)", "\(app.name) has no variable of that name",
            next: NearestName.hint(name, among: known))
        }
      }
      return "Unset \(list(names))."
    }
  }

  // MARK: import

  static let importFile = ServerCommand.unsettledApp(
    CommandSpec(
      "env import", [.required("FILE|-")], [.app, buildOnly, run, apply],
      "Set the variables that a .env file holds; others stay",
      details: """
        The file is read as Next.js reads it: quotes, 'export', comments, values of several lines, $NAME. Over ssh:

          ssh nextdeploy@HOST env import shop - < .env.production

        \(changes)
        """)
  ) { invocation, app in
    let path = invocation.arguments[0]
    if path != "-", case .key = app.server.rights {
      throw Failure(
        .usage, "importing \(path.quoted)", "the file would be looked for on the server",
        next: "Send it: ssh … env import - < FILE")
    }
    let scope = try scope(invocation)
    let source = path == "-" ? "standard input" : path
    let values = try EnvironmentFile.imported(try ValueInput.bytes(of: path, source), source: source)
    return try change(app, invocation) { file in
      for (name, value) in values { try file.set(name, to: value, scope) }
      return values.isEmpty ? "There is no variable in \(source)." : "Set \(list(values.map(\.0.description)))."
    }
  }

  // MARK: What a change needs

  /// Changes the env file, and says what else that takes, or does it.
  private static func change(
    _ app: AppContext, _ invocation: Invocation, _ body: (inout EnvironmentFile) throws -> String
  ) throws -> Int32 {
    let (state, terminal) = (app.state, app.terminal)
    var before = AppEnvironment()
    var after = AppEnvironment()
    var text = ""
    try state.changeEnvironment { file in
      before = try file.environment()
      text = try body(&file)
      after = try file.environment()
    }
    terminal.print(text)
    guard let live = try state.live() else {
      terminal.print("Nothing of \(app.name) is live yet: the next push takes it over.")
      return 0
    }
    let isBuilt = before.forBuilds != after.forBuilds
    // Even if it was set before but never passed to what is live.
    let isRun = try EnvironmentChange.isNew(after, to: live, app.repository)
    if isBuilt { terminal.print("Builds see it: 'nextdeploy rebuild \(app.name)' builds what is live with it.") }
    if isRun && invocation.has(apply) {
      try app.recoverIfNeeded()
      let status = try app.deploy(.restart)
      if status != 0 {
        terminal.print(
          "The new values are saved all the same: change them again, then run 'nextdeploy restart \(app.name)'.")
      }
      return status
    }
    if isRun {
      terminal.print("Instances take it over with the next deploy, or now: 'nextdeploy restart \(app.name)'.")
    } else if invocation.has(apply) {
      terminal.print(
        live.instance == nil
          ? "\(app.name) is a site of files: nothing is started, and only a build sees variables."
          : "The live instance has these variables: nothing is started again.")
    }
    return 0
  }

  private static func list(_ names: [String]) -> String { names.uniqued().joined(separator: ", ") }
}
