/// What a start command comes to, once what stands around the program that it starts is taken off.
struct StartCommand: Equatable, Sendable {
  enum Target: Equatable, Sendable {
    /// Next's own server, by `next start` or by the file that a standalone build has.
    case next
    /// `next dev`.
    case nextDevelopment
    /// A file of the app's own.
    case ownFile
    /// Another program, by its name.
    case program(String)
    /// Several that run beside each other.
    case several
    /// What the line does cannot be told from its words.
    case unclear
  }

  /// What must be there for the command to run.
  enum Need: Hashable, Sendable {
    case program(String)
    /// A program that `npx` and the like fetch from the network where no dependency brings it.
    case fetched(String)
    /// A package that Node loads before the app's file.
    case package(String)
  }

  var target: Target
  /// What the wrappers set, the outermost first.
  var settings: [StartSetting] = []
  /// What runs before the program that it starts.
  var preceding: [String] = []
  /// What of it is not done where Next's server is started without it.
  var leftOut: [String] = []
  var needs: [Need] = []

  init(_ target: Target) { self.target = target }

  /// - Parameter scripts: package.json's, which it may call.
  init(_ line: String, scripts: [String: String]) {
    var reader = StartReader(scripts: scripts)
    self = reader.line(line)
  }

  /// Whether Next's own server is what it starts.
  var startsNext: Bool { target == .next || target == .nextDevelopment }

  /// Whether Bun runs it.
  var runsBun: Bool { needs.contains { $0 == .program("bun") || $0 == .program("bunx") } }

  /// Whether Node loads packages before Next's server, which a standalone build knows nothing of.
  var preloads: Bool {
    settings.contains { setting in
      guard case .value("NODE_OPTIONS", let options) = setting else { return false }
      return options.split(separator: " ").contains { StartReader.preloading.contains(String($0.prefix { $0 != "=" })) }
    }
  }
}

/// A variable, or a file of them, that a start command gives to what it starts.
enum StartSetting: Equatable, Sendable {
  case value(String, String)
  /// A .env file by its path from the app's directory, and whether it replaces what is set already.
  case file(String, replaces: Bool)
  /// A variable whose value the shell would put together, as in `KEY=$OTHER`; only its name.
  case expanded(String)
}

extension [StartSetting] {
  /// What they come to.
  ///
  /// - Parameters:
  ///   - directory: the app's.
  ///   - text: reads a file by its path from the top; nil if there is none, as a wrapper passes over it.
  func variables(in directory: RelativePath, text: (String) throws -> String?) throws -> [String: String] {
    var variables: [String: String] = [:]
    for setting in self {
      switch setting {
      case .value(let name, let value): variables[name] = value
      case .expanded: continue
      case .file(let path, let replaces):
        guard let place = directory.resolving(path), let text = try text(place) else { continue }
        for (name, value) in try Expansion.values(of: Dotenv(text, source: place).entries, source: place)
        where replaces || variables[name] == nil { variables[name] = value }
      }
    }
    let fitting = variables.filter { Self.canSet($0.key) && !$0.value.utf8.contains(0) }
    try AppEnvironment(fitting.mapValues { .init($0) }).requireFit("what the start command sets")
    return fitting
  }

  /// The variables among them whose values are not known before the shell has run.
  var unknown: [String] {
    compactMap { if case .expanded(let name) = $0, Self.canSet(name) { name } else { nil } }
  }

  /// Every path of a file of variables.
  var files: [String] { compactMap { if case .file(let path, _) = $0 { path } else { nil } } }

  /// What NextDeploy itself gives to instances is nobody else's.
  private static func canSet(_ name: String) -> Bool {
    VariableName.isName(name) && ProgramEnvironment.taken[name] == nil && name != "NODE_ENV" && name != "PATH"
  }
}

extension RelativePath {
  /// A path that begins in this directory and may lead above it, from the top; nil if it leads out.
  func resolving(_ path: String) -> String? {
    if path.isEmpty || path.utf8.first == UInt8(ascii: "/") { return nil }
    var parts = description.pathParts
    for part in path.pathParts where part != "." {
      if part != ".." { parts.append(part) } else if parts.popLast() == nil { return nil }
    }
    return RelativePath(parts.joined(separator: "/"))?.description
  }
}
