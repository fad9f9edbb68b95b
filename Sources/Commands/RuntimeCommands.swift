import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// `nextdeploy runtime …`: the versions of Node and Bun that the server has beside those on the PATH.
enum RuntimeCommands {
  static let install = ServerCommand.server(
    CommandSpec(
      "runtime install", [.required("RUNTIME@VERSION")], [], "Bring a version of Node or Bun, for all apps",
      details: "RUNTIME is node or bun. VERSION is as in .nvmrc: 24, 24.11, lts, lts/jod; of Bun latest, or all of it."),
    reach: .ssh
  ) { invocation, server in
    try server.rights.requireUnbound("bringing a runtime, which is for all apps")
    let need = try need(invocation.arguments[0])
    let there = try RuntimeStore(layout: server.layout).list()
    let installed = try server.installer { server.terminal.print($0) }.install(need)
    server.terminal.print(
      there.contains(installed)
        ? "\(installed) was there already: \(installed.directory)"
        : "\(installed) is in \(installed.directory). An app gets it where it asks for it (docs/runtimes.md).")
    return 0
  }

  static let list = ServerCommand.server(
    CommandSpec("runtime list", [], [.json], "List the versions of Node and Bun that were brought, and their apps"),
    reach: .ssh
  ) { invocation, server in
    try server.rights.requireUnbound("listing the runtimes, with all apps that use them")
    let store = RuntimeStore(layout: server.layout)
    let rows = try store.list().map { installed in
      Row(
        runtime: installed.runtime, version: installed.version.description, directory: installed.directory,
        size: installed.size, apps: try store.uses(of: installed).map(\.app))
    }
    try server.terminal.show(rows, invocation) {
      if rows.isEmpty { return ["None was brought yet. 'nextdeploy runtime install node@lts' brings one."] }
      return TextTable.lines(
        rows.map { row in
          let apps = row.apps.map(\.description).joined(separator: ", ")
          return ["\(row.runtime.rawValue)@\(row.version)", "\(row.size >> 20) MB", apps.isEmpty ? "no app" : apps]
        })
    }
    return 0
  }

  static let remove = ServerCommand.server(
    CommandSpec("runtime remove", [.required("RUNTIME@VERSION")], [], "Remove a version that no release runs with"),
    reach: .ssh
  ) { invocation, server in
    try server.rights.requireUnbound("removing a runtime, which is for all apps")
    let need = try need(invocation.arguments[0])
    let store = RuntimeStore(layout: server.layout)
    guard let exact = need.wishes.first?.request.exact,
      let installed = try store.list().first(where: { $0.runtime == need.runtime && $0.version == exact })
    else {
      throw Failure(
        .notFound, "removing \(invocation.arguments[0].quoted)", "no runtime of that name was brought",
        next: NearestName.hint(invocation.arguments[0], among: try store.list().map(\.description)))
    }
    try store.remove(installed)
    server.terminal.print("Removed \(installed).")
    return 0
  }

  private struct Row: Encodable {
    let runtime: Runtime
    let version: String
    let directory: String
    /// In bytes.
    let size: Int
    let apps: [AppName]
  }

  /// Reads "node@24"; without a version, Node's newest long-term one, or the newest Bun.
  private static func need(_ text: String) throws(Failure) -> RuntimeNeed {
    let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
    guard let runtime = parts.first.flatMap({ Runtime(rawValue: $0) }) else {
      throw Failure(
        .usage, "reading the runtime", "\(text.quoted) is none",
        next: "Give one such as node@24, node@lts or bun@latest.")
    }
    let version = parts.count > 1 ? parts[1] : runtime == .node ? "lts" : "latest"
    return RuntimeNeed(runtime, [RuntimeWish(try RuntimeRequest(version), source: "")])
  }
}

extension Server {
  /// Brings versions of Node and Bun.
  ///
  /// - Parameter tell: called with each line about what is done.
  func installer(_ tell: @escaping (String) -> Void) throws -> RuntimeInstaller {
    RuntimeInstaller(
      layout: layout, environment: baseEnvironment, settings: try apps.serverConfig().runtime ?? RuntimeSettings(),
      tell: tell)
  }

  /// The machine's programs, where an app's builds and instances can see them.
  var tools: MachineTools {
    MachineTools(layout: layout, environment: baseEnvironment, isIsolated: backend.capabilities.isolation)
  }
}
