/// What package.json says that a deploy needs to know.
public struct PackageManifest: Equatable, Sendable {
  public let scripts: [String: String]
  public let dependencies: [String: String]
  public let developmentDependencies: [String: String]
  /// As in "pnpm@10.34.9".
  public let packageManager: String?
  /// The versions of Node that it asks for.
  public let nodeRange: String?

  /// Reads the file's text; `path` is for messages.
  public init(_ text: String, path: String) throws(Failure) {
    let json: JSON
    do { json = try JSON.parse(text) } catch {
      throw Failure("reading \(path)", error.description, next: "Correct \(path), commit and push again.")
    }
    guard json.members != nil else {
      throw Failure("reading \(path)", "it holds \(json.typeName), not an object", next: "Correct \(path).")
    }
    scripts = try Self.strings("scripts", in: json, path)
    dependencies = try Self.strings("dependencies", in: json, path)
    developmentDependencies = try Self.strings("devDependencies", in: json, path)
    packageManager = json["packageManager"]?.string
    nodeRange = json["engines"]?["node"]?.string
  }

  public var hasDependencies: Bool { !dependencies.isEmpty || !developmentDependencies.isEmpty }

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
