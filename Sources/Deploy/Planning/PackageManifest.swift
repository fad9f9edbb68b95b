/// What package.json says that a deploy needs to know.
public struct PackageManifest: Equatable, Sendable {
  public let name: String?
  public let scripts: [String: String]
  public let dependencies: [String: String]
  public let developmentDependencies: [String: String]
  /// As in "pnpm@10.34.9".
  public let packageManager: String?
  /// What `devEngines.packageManager` names, where that is to be followed.
  public let developmentManager: DevelopmentManager?
  /// Whether it is the top of a workspace of npm's, yarn's or Bun's.
  public let hasWorkspaces: Bool
  /// The versions that it asks for, by program ("node", "pnpm").
  public let engines: [String: String]

  public struct DevelopmentManager: Equatable, Sendable {
    public let name: String
    public let range: String?
  }

  /// Reads the file's text; `path` is for messages.
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
    packageManager = json["packageManager"]?.string
    developmentManager = Self.developmentManager(json)
    hasWorkspaces = json["workspaces"] != nil
    engines = (json["engines"]?.members ?? []).reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }

  /// The versions of Node that it asks for.
  public var nodeRange: String? { engines["node"] }

  public var hasDependencies: Bool { !dependencies.isEmpty || !developmentDependencies.isEmpty }

  /// Whether it depends on packages of its workspace by their protocol.
  var usesWorkspace: Bool {
    (dependencies.merging(developmentDependencies) { $1 }).values.contains { $0.hasPrefix("workspace:") }
  }

  /// The version or range it asks for of a package.
  public func dependency(_ name: String) -> String? { dependencies[name] ?? developmentDependencies[name] }

  /// A script's command; where it only calls another script ("npm run serve"), that one's.
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

  private static func developmentManager(_ json: JSON) -> DevelopmentManager? {
    var field = json["devEngines"]?["packageManager"]
    if case .array(let choices) = field { field = choices.first }
    guard let field, let name = field["name"]?.string,
      // With these it is a wish only.
      !["ignore", "warn"].contains(field["onFail"]?.string)
    else { return nil }
    return DevelopmentManager(name: name, range: field["version"]?.string)
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
