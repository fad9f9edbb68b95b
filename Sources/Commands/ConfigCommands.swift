import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// `nextdeploy config …`: the server's settings, which a push cannot change.
enum ConfigCommands {
  /// A setting: how it is read, written and reset to its default.
  struct Key: Sendable {
    enum Place: Sendable {
      case app(
        get: @Sendable (AppConfig) -> String, set: @Sendable (inout AppConfig, String) throws -> Void,
        unset: @Sendable (inout AppConfig) throws -> Void)
      case server(
        get: @Sendable (ServerConfig) -> String, set: @Sendable (inout ServerConfig, String) throws -> Void)
    }

    let name: String
    /// Whether it can affect other apps or the machine; a key that is bound to certain apps then cannot change it.
    var concernsOthers = true
    let place: Place
  }

  private static let keys = general + limitsOfArchives + runtimes

  private static let general: [Key] = [
    Key(
      name: "branch", concernsOthers: false,
      place: .app(
        get: { $0.branch.description }, set: { $0.branch = try BranchName($1) },
        unset: { $0.branch = try BranchName("main") })),
    Key(
      name: "domains",
      place: .app(
        get: { $0.domains.map(\.description).joined(separator: ",") },
        set: { $0.domains = try $1.split(separator: ",").map { try Domain(String($0)) }.uniqued() },
        unset: { $0.domains = [] })),
    Key(
      name: "port",
      place: .app(
        get: { $0.port.description }, set: { $0.port = try Port($1) },
        unset: { _ in
          throw Failure(.usage, "unsetting port", "an app always has one", next: "Set another one instead.")
        })),
    Key(
      name: "keep", concernsOthers: false,
      place: .app(
        get: { String($0.keep) }, set: { $0.keep = try number($1, for: "keep", in: 1...100) },
        unset: { $0.keep = 5 })),
    limit("memory", get: { $0.memory?.description }, set: { $0.memory = try $1.map { try MemoryLimit($0) } }),
    limit("cpu", get: { $0.cpu?.description }, set: { $0.cpu = try $1.map { try CPULimit($0) } }),
    limit(
      "tasks", get: { $0.tasks.map { String($0) } },
      set: { $0.tasks = try $1.map { try number($0, for: "tasks", in: 16...100_000) } }),
    Key(
      name: "build.timeout",
      place: .app(
        get: { ($0.buildTimeout ?? .build).description }, set: { $0.buildTimeout = try TimeLimit($1) },
        unset: { $0.buildTimeout = nil })),
    openTabs, cacheSize, cacheDays, archiveKeep, archiveSize,
    allowVulnerable,
    audit,
    Key(
      name: "ports",
      place: .server(get: { $0.ports.description }, set: { $0.ports = try PortRange($1) })),
    Key(
      name: "http.port",
      place: .server(get: { $0.httpPort.description }, set: { $0.httpPort = try Port($1) })),
    Key(
      name: "builds",
      place: .server(
        get: { String($0.builds ?? 1) },
        set: { config, text in
          let builds = try number(text, for: "builds", in: 1...16)
          config.builds = builds == 1 ? nil : builds
        })),
    Key(
      name: "switch", concernsOthers: true,
      place: .server(
        get: { ($0.switching ?? .rename).rawValue },
        set: { config, text in
          guard let switching = Switching(rawValue: text) else {
            throw Failure(
              .usage, "setting switch", "\(text.quoted) is neither 'rename' nor 'reload'", next: "Give one of them.")
          }
          config.switching = switching == .rename ? nil : switching
        })),
    push("size", get: { ($0.size ?? PushLimits.size).description }, set: { $0.size = try $1.map { try Size($0) } }),
    push("file", get: { ($0.file ?? PushLimits.file).description }, set: { $0.file = try $1.map { try Size($0) } }),
    push(
      "entries", get: { String($0.mostEntries) },
      set: { $0.entries = try $1.map { try number($0, for: "push.entries", in: 100...100_000_000) } }),
    push(
      "memory", get: { $0.memory(of: CurrentProcess.memoryOfMachine).description },
      set: { $0.memory = try $1.map(memory) }),
  ]

  static let show = ServerCommand.serverOrApp(
    CommandSpec("config show", [], [.app, .json], "Show the settings of an app and of the server"), settles: true
  ) { invocation, server, find in
    let hasApps = try !server.visibleApps().isEmpty
    let config = try invocation.value(.app) != nil || hasApps ? find().config() : nil
    let serverConfig = try server.apps.serverConfig()
    let values = keys.compactMap { key -> (String, String)? in
      switch key.place {
      case .app(let get, _, _): config.map { (key.name, get($0)) }
      case .server(let get, _): (key.name, get(serverConfig))
      }
    }
    try server.terminal.show(Dictionary(uniqueKeysWithValues: values), invocation) {
      TextTable.lines(values.map { [$0.0, $0.1] })
    }
    return 0
  }

  static let set = ServerCommand.serverOrApp(
    CommandSpec(
      "config set", [.required("KEY"), .required("VALUE")], [.app], "Change a setting",
      details: "'config show' lists the settings and what they are; docs/configuration.md says more of each."),
    settles: true
  ) { invocation, server, find in
    try change(invocation.arguments[0], to: invocation.arguments[1], server, find)
  }

  static let unset = ServerCommand.serverOrApp(
    CommandSpec("config unset", [.required("KEY")], [.app], "Put a setting back to its default"), settles: true
  ) { invocation, server, find in
    try change(invocation.arguments[0], to: nil, server, find)
  }

  private static func change(
    _ name: String, to value: String?, _ server: Server, _ find: () throws -> AppContext
  ) throws -> Int32 {
    guard let key = keys.first(where: { $0.name == name }) else {
      throw Failure(
        .usage, "changing a setting", "there is no setting \(name.quoted)",
        next: NearestName.hint(name, among: keys.map(\.name)))
    }
    if key.concernsOthers { try server.rights.requireUnbound("changing \(name), which concerns other apps too") }
    let done = value == nil ? "\(name) has its default again." : "\(name) is set."
    switch key.place {
    case .server(let get, let set):
      let value = try value ?? get(ServerConfig())
      return try change(server, done) { try set(&$0, value) }
    case .app(_, let set, let unset):
      return try change(find(), done) { config in
        if let value { try set(&config, value) } else { try unset(&config) }
      }
    }
  }

  private static func change(
    _ server: Server, _ done: String, _ body: (inout ServerConfig) throws -> Void
  ) throws -> Int32 {
    let can = server.backend.capabilities
    let (old, config) = try server.apps.whileNobodyElseChanges {
      let old = try server.apps.serverConfig()
      var config = old
      try body(&config)
      try server.apps.requireApart(config, before: old)
      if config.ports != old.ports { try server.backend.requireUsable(config.ports) }
      // With TLS, only apps without a domain listen there, and they get the port only if it is free.
      if config.httpPort != old.httpPort && !can.tls { try server.proxy().requireFree(config.httpPort, for: nil) }
      try server.apps.write(config)
      return (old, config)
    }
    if config.builds != old.builds && !can.limits {
      server.terminal.print("Without systemd, builds of different apps do not wait for each other.")
    }
    guard config.httpPort != old.httpPort || config.switching != old.switching else {
      server.terminal.print(done)
      return 0
    }
    let apps = try server.apps.names().map { AppContext(server: server, name: $0) }
    do { for app in apps { try route(app) } } catch {
      try server.apps.whileNobodyElseChanges {
        if try server.apps.serverConfig() == config { try server.apps.write(old) }
      }
      // The sites that were routed before the failure are restored.
      for app in apps {
        do { try route(app) } catch let another {
          server.terminal.printError("warning: \(Failure(of: another))")
        }
      }
      throw error
    }
    server.terminal.print(done)
    // A site without a domain has a port of its own.
    return try apps.filter { try !$0.config().domains.isEmpty }.map(tellOrigin).max() ?? 0
  }

  private static func change(
    _ app: AppContext, _ done: String, _ body: (inout AppConfig) throws -> Void
  ) throws -> Int32 {
    let (server, apps) = (app.server, app.server.apps)
    let (old, config) = try apps.whileNobodyElseChanges {
      let old = try app.config()
      var config = old
      try body(&config)
      try apps.requireFree(config.domains, for: app.name)
      if config.port != old.port {
        try apps.requireFree(config.port, for: app.name)
        try server.proxy().requireFree(config.port, for: app.name)
      }
      try apps.write(config, of: app.name)
      return (old, config)
    }
    do {
      try route(app)
      if config.limits != old.limits {
        try server.services().applyLimits(of: app.name)
        if !server.backend.capabilities.limits {
          server.terminal.print("Without systemd, nothing limits the app on this machine.")
        }
      }
    } catch {
      try apps.whileNobodyElseChanges {
        if try app.config() == config { try apps.write(old, of: app.name) }
      }
      throw error
    }
    server.terminal.print(done)
    // Only in this case: without a domain, the host is the one at which the user reached the server.
    return server.origin(of: config) == server.origin(of: old) ? 0 : try tellOrigin(of: app)
  }

  /// Restarts what is live if it was started with an origin other than the site's present one.
  private static func tellOrigin(of app: AppContext) throws -> Int32 {
    guard let told = try app.state.live()?.origin, try told != app.origin().description else { return 0 }
    app.terminal.print("\(app.name) starts again, for it was told that it is at \(told):")
    let status = try app.deploy(.restart)
    if status != 0 {
      app.terminal.print(
        "The setting is kept: once that is fixed, 'nextdeploy restart \(app.name)' tells the app.")
    }
    return status
  }

  /// Makes the proxy use the change, if the app is live.
  private static func route(_ app: AppContext) throws {
    let done: Void? = try app.state.withDeployLock {
      guard let live = try app.state.live() else { return }
      try app.server.proxy().route(live.site(of: app.name, at: app.config().addresses, app.releases))
    }
    if done == nil {
      app.terminal.print("\(app.name) is being deployed: the change takes effect with its next deploy.")
    }
  }
}
