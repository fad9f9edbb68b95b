/// nextdeploy.json: what a repository says of its own deploys. All of it is optional.
public struct ProjectFile: Equatable, Sendable {
  public static let name = "nextdeploy.json"

  /// The app's directory in the repository.
  public var root = RelativePath.top
  /// Shell commands that take the place of what was detected.
  public var install: String?
  public var build: String?
  public var start: String?
  /// A shell command that runs after the build and before the switch.
  public var release: String?
  public var health = HealthSettings()
  public var drainTimeout = DrainPolicy.defaultTimeout
  /// Paths of the app that stay the same across releases.
  public var persist: [RelativePath] = []
  /// What kind of app it is, where that is not to be found out.
  public var framework: Framework?
  /// Which installed packages a release has.
  public var dependencies = Dependencies.production

  public enum Framework: String, CaseIterable, Sendable {
    /// Started by Next's own server, whatever the start script says.
    case next
    /// Started as the start command says.
    case node
  }

  public enum Dependencies: String, CaseIterable, Sendable {
    /// Not those that npm installed for development only.
    case production
    case all
  }

  public init() {}

  /// Reads the file's text: JSON with comments and trailing commas.
  public init(_ text: String) throws(Failure) {
    let json: JSON
    do { json = try JSON.parse(text, relaxed: true) } catch { throw Self.failure(error.description) }
    let file = try Members(json, at: nil)
    try file.allow([
      "$schema", "root", "framework", "install", "build", "start", "release", "health", "drain", "persist",
      "dependencies",
    ])
    if let root = try file.string("root") { self.root = try Self.path(root, "root") }
    framework = try file.choice("framework")
    if let kept: Dependencies = try file.choice("dependencies") { dependencies = kept }
    install = try file.command("install")
    build = try file.command("build")
    start = try file.command("start")
    release = try file.command("release")
    if let members = try file.object("health") {
      try members.allow(["path", "timeout", "status"])
      if let path = try members.string("path") { health.path = try Self.urlPath(path) }
      if let timeout = try members.seconds("timeout") { health.timeout = timeout }
      if let status = try members.text("status") { health.status = try Self.statuses(status) }
    }
    if let members = try file.object("drain") {
      try members.allow(["timeout"])
      if let timeout = try members.seconds("timeout") { drainTimeout = timeout }
    }
    persist = try file.strings("persist").map { text throws(Failure) in
      let path = try Self.path(text, "persist")
      if path.isTop { throw Self.failure("\"persist\" names the app's whole directory") }
      return path
    }
  }

  static func failure(_ cause: String, next: String = "Correct \(name), commit and push again.") -> Failure {
    Failure("reading \(name)", cause, next: next)
  }

  private static func path(_ text: String, _ key: String) throws(Failure) -> RelativePath {
    if text == "." || text == "./" { return .top }
    guard let path = RelativePath(text) else {
      throw failure("\"\(key)\": \(text.quoted) is not a path inside the app")
    }
    return path
  }

  private static func urlPath(_ text: String) throws(Failure) -> String {
    guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw failure("\"health.path\": \(text.quoted) is not a path that begins with '/'")
    }
    return text
  }

  private static func statuses(_ text: String) throws(Failure) -> ClosedRange<Int> {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      100 <= first, first <= last, last <= 599
    else { throw failure("\"health.status\": \(text.quoted) is not a status or a range such as \"200-399\"") }
    return first...last
  }
}

/// How long an old release may finish what it is answering.
public enum DrainPolicy {
  /// In seconds.
  public static let defaultTimeout = 30.0
}

/// An object of nextdeploy.json whose members are read with their types checked.
private struct Members {
  let members: [JSON.Member]
  let place: String?

  init(_ json: JSON, at place: String?) throws(Failure) {
    guard let members = json.members else {
      let subject = place.map { "\"\($0)\"" } ?? "the file"
      throw ProjectFile.failure("\(subject) is \(json.typeName), where an object should be")
    }
    self.members = members
    self.place = place
  }

  func allow(_ keys: [String]) throws(Failure) {
    for member in members where !keys.contains(member.key) {
      let known = keys.filter { $0 != "$schema" }
      throw ProjectFile.failure(
        "there is no setting \(full(member.key).quoted)", next: NearestName.hint(member.key, among: known))
    }
  }

  func string(_ key: String) throws(Failure) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, value, "a string") }
    return text
  }

  func command(_ key: String) throws(Failure) -> String? {
    guard let text = try string(key) else { return nil }
    guard text.contains(where: { !$0.isWhitespace }), !text.contains("\0") else {
      throw ProjectFile.failure("\"\(full(key))\" is empty")
    }
    return text
  }

  /// One of a few words.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) throws(Failure) -> Choice? {
    guard let text = try string(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    throw ProjectFile.failure("\"\(full(key))\" is \(text.quoted), where \(words) is possible")
  }

  /// A string, or a whole number as its text.
  func text(_ key: String) throws(Failure) -> String? {
    guard let value = value(key) else { return nil }
    if case .number(let number) = value, let whole = Int(exactly: number) { return String(whole) }
    guard let text = value.string else { throw wrong(key, value, "a string or a number") }
    return text
  }

  func seconds(_ key: String) throws(Failure) -> Double? {
    guard let value = value(key) else { return nil }
    guard case .number(let number) = value else { throw wrong(key, value, "a number of seconds") }
    guard number > 0, number <= 3600 else {
      throw ProjectFile.failure(
        "\"\(full(key))\" is \(number), where more than 0 and at most 3600 seconds are possible")
    }
    return number
  }

  func object(_ key: String) throws(Failure) -> Members? {
    guard let value = value(key) else { return nil }
    return try Members(value, at: full(key))
  }

  func strings(_ key: String) throws(Failure) -> [String] {
    guard let value = value(key) else { return [] }
    guard case .array(let elements) = value else { throw wrong(key, value, "a list of strings") }
    return try elements.map { element throws(Failure) in
      guard let text = element.string else { throw wrong(key, element, "a string in the list") }
      return text
    }
  }

  private func value(_ key: String) -> JSON? { members.last { $0.key == key }?.value }

  private func full(_ key: String) -> String { place.map { "\($0).\(key)" } ?? key }

  private func wrong(_ key: String, _ value: JSON, _ wanted: String) -> Failure {
    ProjectFile.failure("\"\(full(key))\" is \(value.typeName), where \(wanted) should be")
  }
}
