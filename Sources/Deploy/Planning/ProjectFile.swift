/// nextdeploy.json: what a repository says about its own deploys. All of it is optional.
public struct ProjectFile: Equatable, Sendable {
  /// The file's name, at the top of the repository.
  public static let name = "nextdeploy.json"

  /// The directory in `shared/` in which NextDeploy keeps what it shares between releases by itself.
  public static let reserved = ".nextdeploy"

  /// The app's directory, from the top of the repository.
  public var root = RelativePath.top
  /// A shell command instead of the package manager's install.
  public var install: String?
  /// A shell command instead of the package manager's "run build".
  public var build: String?
  /// A shell command instead of the start script.
  public var start: String?
  /// A shell command that runs after the build and before the new release is started, for migrations.
  public var releaseCommand: String?
  /// When the app counts as healthy.
  public var health = HealthSettings()
  /// How long an old release may finish what it is answering, in seconds.
  public var drainTimeout = DrainPolicy.defaultTimeout
  /// Paths in the app whose content is kept across releases.
  public var persist: [RelativePath] = []
  /// What kind of app it is; nil to detect that.
  public var framework: Framework?
  /// Which of the installed packages go into a release.
  public var dependencies = Dependencies.production
  /// Where files whose names change with their content are served from.
  public var files = FileSource.disk
  /// For how long Next.js keeps the images that it has optimized.
  public var images = ImageCache.shared
  /// The directory of a site of files, from the app's; nil for an app that is started, and where the build shows it.
  public var staticFiles: RelativePath?
  /// The page of a site of files that answers where there is none, from the top of the files.
  public var fallback: RelativePath?
  /// Where visitors find the top of a site of files, as a path of the site; nil for the top, or what its build says.
  public var base: RelativePath?

  /// The kinds of app that can be named.
  public enum Framework: String, CaseIterable, Sendable {
    /// Started by Next's own server, regardless of the start script.
    case next
    /// Started as the start command says.
    case node
  }

  /// Which of the installed packages a release can have.
  public enum Dependencies: String, CaseIterable, Sendable {
    /// All but those that npm installed only for development.
    case production
    /// All of them.
    case all
  }

  /// Where visitors get files whose names change with their content.
  public enum FileSource: String, CaseIterable, Sendable {
    /// From the disk, by the proxy, where nothing of the app's could be for them.
    case disk
    /// From the app.
    case app
  }

  /// Which releases use an image that Next.js has optimized.
  public enum ImageCache: String, CaseIterable, Sendable {
    /// All of them, for as long as `public/` is the same.
    case shared
    /// The one that optimized it.
    case release
  }

  /// Makes the settings of a repository that has no such file.
  public init() {}

  /// Reads the file's text, JSON with comments and trailing commas; throws at the first setting that is wrong.
  public init(_ text: String) throws(Failure) {
    let json: JSON
    do { json = try JSON.parse(text, relaxed: true) } catch { throw Self.failure(error.description) }
    let file = try Members(json, at: nil)
    try file.allow([
      "$schema", "root", "framework", "install", "build", "start", "release", "health", "drain", "persist",
      "dependencies", "files", "images", "static", "fallback", "base",
    ])
    if let root = try file.string("root") { self.root = try Self.path(root, "root") }
    framework = try file.choice("framework")
    if let kept: Dependencies = try file.choice("dependencies") { dependencies = kept }
    if let source: FileSource = try file.choice("files") { files = source }
    if let cache: ImageCache = try file.choice("images") { images = cache }
    if let directory = try file.string("static") { staticFiles = try Self.path(directory, "static") }
    if let page = try file.string("fallback") {
      let path = try Self.path(page, "fallback")
      guard path.description.hasSuffix(".html") else {
        throw Self.failure("\"fallback\": \(page.quoted) is no page, which ends in \".html\"")
      }
      guard path.description.isPlain(and: "-._/") else {
        throw Self.failure("\"fallback\": \(page.quoted) is not a path of plain characters")
      }
      fallback = path
    }
    if let path = try file.string("base") { base = try Self.base(path) }
    install = try file.command("install")
    build = try file.command("build")
    start = try file.command("start")
    releaseCommand = try file.command("release")
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
    if staticFiles != nil, start != nil || framework != nil {
      throw Self.failure(
        "\"static\" and \"\(start != nil ? "start" : "framework")\" are both set: what is started is no site of files",
        next: "Remove one of the two, commit and push again.")
    }
    persist = try file.strings("persist").map { text throws(Failure) in
      let path = try Self.path(text, "persist")
      if path.isTop { throw Self.failure("\"persist\" names the app's whole directory") }
      if (root.description.pathParts + path.description.pathParts).first == Self.reserved {
        throw Self.failure(
          "\"persist\": \(text.quoted) is below \(Self.reserved), where NextDeploy keeps what is its own")
      }
      return path
    }
  }

  static func failure(_ cause: String, next: String = "Correct \(name), commit and push again.") -> Failure {
    Failure("reading \(name)", cause, next: next)
  }
}

/// How long an old release may take to finish what it is answering.
public enum DrainPolicy {
  /// The time for an app that does not set one, in seconds.
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

  /// A value that is one of a few words.
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
