/// What a deploy needs to know from package.json.
public struct PackageManifest: Equatable, Sendable {
  /// The package's name; nil if it has none.
  public let name: String?
  /// The scripts' commands, by name.
  public let scripts: [String: String]
  /// The versions or ranges of `dependencies`, by package.
  public let dependencies: [String: String]
  /// The versions or ranges of `devDependencies`, by package.
  public let developmentDependencies: [String: String]
  /// Whether there are packages that are installed where that is possible.
  let hasOptionalDependencies: Bool
  /// The field `packageManager`, as in "pnpm@10.34.9"; nil if there is none.
  public let packageManager: String?
  /// What `devEngines.packageManager` names; nil if it names nothing or need not be followed.
  public let developmentManager: DevelopmentEngine?
  /// The range of Node versions in `devEngines.runtime`; nil if it names none or need not be followed.
  let developmentNode: String?
  /// Whether it is the top of a workspace for npm, yarn or Bun.
  public let hasWorkspaces: Bool
  /// The ranges of versions that it asks for, by program ("node", "pnpm").
  public let engines: [String: String]

  /// A package manager, or a runtime, that `devEngines` asks for.
  public struct DevelopmentEngine: Equatable, Sendable {
    /// Its name, as in "pnpm".
    public let name: String
    /// The versions that will do, in npm's notation; nil for any.
    public let range: String?
  }

  /// Reads the file's text, and throws if it is malformed; `path` is for messages.
  public init(_ text: String, path: String) throws(Failure) {
    let json: JSON
    do { json = try JSON.parse(text) } catch {
      throw Failure("reading \(path)", error.description, next: "Correct \(path), commit and push again.")
    }
    guard json.members != nil else {
      throw Failure("reading \(path)", "it holds \(json.typeName), not an object", next: "Correct \(path).")
    }
    name = json["name"]?.string
    scripts = try Self.strings("scripts", in: json, path)
    dependencies = try Self.strings("dependencies", in: json, path)
    developmentDependencies = try Self.strings("devDependencies", in: json, path)
    hasOptionalDependencies = try !Self.strings("optionalDependencies", in: json, path).isEmpty
    packageManager = json["packageManager"]?.string
    developmentManager = Self.developmentEngine("packageManager", json)
    developmentNode = Self.developmentEngine("runtime", json) { $0 == "node" }?.range
    hasWorkspaces = json["workspaces"] != nil
    engines = (json["engines"]?.members ?? []).reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }

  /// What is known of an app that has no such file.
  static let none = PackageManifest()

  private init() {
    (name, packageManager, developmentManager, developmentNode) = (nil, nil, nil, nil)
    (scripts, dependencies, developmentDependencies, engines) = ([:], [:], [:], [:])
    (hasWorkspaces, hasOptionalDependencies) = (false, false)
  }

  /// The range of Node versions that it asks for; nil if it does not say.
  public var nodeRange: String? { engines["node"] }

  /// Whether it depends on any package, even if only for development.
  public var hasDependencies: Bool {
    !dependencies.isEmpty || !developmentDependencies.isEmpty || hasOptionalDependencies
  }

  /// Whether an install runs something of its own.
  var hasInstallScripts: Bool {
    ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"]
      .contains { scripts[$0] != nil }
  }

  /// Whether it depends on packages of its workspace through `workspace:`.
  var usesWorkspace: Bool {
    (dependencies.merging(developmentDependencies) { $1 }).values.contains { $0.hasPrefix("workspace:") }
  }

  /// The version or range it asks for of a package; nil if it does not depend on it.
  public func dependency(_ name: String) -> String? { dependencies[name] ?? developmentDependencies[name] }

  /// A script's command, or that of the script it merely calls ("npm run serve"); nil if there is no such script.
  public func command(ofScript name: String) -> String? {
    var name = name
    for _ in 0..<5 {
      guard let command = scripts[name] else { return nil }
      let words = command.split(separator: " ").map(String.init)
      let runners = ["npm", "pnpm", "yarn", "bun"]
      guard words.count >= 2, runners.contains(words[0]), let called = words.last,
        words.count == 2 || (words.count == 3 && words[1] == "run"), scripts[called] != nil, called != name
      else { return command }
      name = called
    }
    return scripts[name]
  }

  private static func developmentEngine(
    _ field: String, _ json: JSON, where isMeant: (String) -> Bool = { _ in true }
  ) -> DevelopmentEngine? {
    let field = json["devEngines"]?[field]
    let choices = field?.elements ?? [field].compactMap(\.self)
    guard let choice = choices.first(where: { isMeant($0["name"]?.string ?? "") }), let name = choice["name"]?.string,
      // With these it is a wish only.
      !["ignore", "warn"].contains(choice["onFail"]?.string)
    else { return nil }
    return DevelopmentEngine(name: name, range: choice["version"]?.string)
  }

  private static func strings(_ key: String, in json: JSON, _ path: String) throws(Failure) -> [String: String] {
    guard let value = json[key], value != .null else { return [:] }
    guard let members = value.members else {
      throw Failure("reading \(path)", "\"\(key)\" is \(value.typeName), not an object", next: "Correct \(path).")
    }
    var strings: [String: String] = [:]
    for member in members { strings[member.key] = member.value.string }
    return strings
  }
}

extension JSON {
  /// The value's type as a message names it.
  var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
