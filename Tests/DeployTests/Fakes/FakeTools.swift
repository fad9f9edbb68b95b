import Deploy

/// A machine with exactly these programs.
struct FakeToolbox: Toolbox {
  var versions = ["node": "20.19.2", "npm": "10.8.2", "pnpm": "10.34.9", "yarn": "1.22.22"]
  /// Versions of Node and Bun that are not on the PATH.
  var others: [Runtime: [String]] = [:]
  /// Paths below these are hidden from builds and instances.
  var hidden: [String] = []
  /// Directories whose programs come first.
  var preferred: [String] = []
  /// Paths of programs that are gone.
  var gone: Set<String> = []

  func find(_ name: String) throws -> Tool? {
    if name == "npm", let own = preferred.first {
      return Tool(
        name: name, path: "\(own)/npm", version: "\(own.split(separator: "-").last?.prefix { $0 != "/" } ?? "")")
    }
    return versions[name].map { Tool(name: name, path: "/usr/bin/\(name)", version: $0) }
  }

  func preferring(_ directories: [String]) -> FakeToolbox {
    var toolbox = self
    toolbox.preferred = directories + preferred
    return toolbox
  }

  func copies(of runtime: Runtime) throws -> RuntimeCopies {
    let tools = (others[runtime] ?? []).map { Self.tool(runtime, $0) }
    var copies = RuntimeCopies()
    copies.usable = tools.filter { !isHidden($0) }
    copies.hidden = tools.filter(isHidden)
    return copies
  }

  func isHidden(_ tool: Tool) -> Bool { hidden.contains { tool.path.hasPrefix($0) } }

  func isThere(_ tool: Tool) -> Bool { !gone.contains(tool.path) }

  /// Where a version is that is not on the PATH.
  static func tool(_ runtime: Runtime, _ version: String) -> Tool {
    Tool(name: runtime.rawValue, path: "/opt/\(runtime.rawValue)-\(version)/bin/\(runtime.rawValue)", version: version)
  }

  func without(_ names: String...) -> FakeToolbox {
    with { $0.versions = versions.filter { !names.contains($0.key) } }
  }

  func with(_ name: String, _ version: String) -> FakeToolbox {
    with { $0.versions[name] = version }
  }

  func with(_ change: (inout FakeToolbox) -> Void) -> FakeToolbox {
    var toolbox = self
    change(&toolbox)
    return toolbox
  }
}

/// Brings these versions, and no others.
struct FakeRuntimes: RuntimeSource {
  let world: World

  var isAutomatic: Bool { world.mirror != nil }

  func bring(_ need: RuntimeNeed, watch: @escaping () throws -> Void) throws -> Tool {
    try world.event("bring \(need)")
    try watch()
    guard let version = world.mirror?.first(where: { Version($0).map(need.accepts) ?? false }) else {
      throw Failure("bringing \(need)", "the mirror has none", next: "Ask for another one.")
    }
    world.toolbox.others[need.runtime, default: []].append(version)
    return FakeToolbox.tool(need.runtime, version)
  }
}
