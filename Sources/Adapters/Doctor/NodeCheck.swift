import Deploy
import Posix

/// Compares the Node that each live app runs with to what it asks for, and to when Node's lines end.
struct NodeCheck {
  struct Program: Equatable {
    let path: String
    /// The program's path with all links followed.
    let file: String
    let version: String
  }

  /// What a live release asks for.
  struct Need: Equatable {
    let app: AppName
    /// The Node that it runs with, where that is not the one on the PATH.
    var own: Tool?
    /// Whether that Node, or Bun, is gone.
    var isGone = false
    /// The range in its package.json.
    var range: String?
    /// The range in Next.js's own package.json.
    var nextRange: String?
    /// Whether it is started by the Bun on the PATH.
    var isBun = false
  }

  /// Nil if there is none on the PATH.
  let node: Program?
  let hasBun: Bool
  let needs: [Need]
  /// Whether /home and /root are hidden from builds and apps.
  let hidesHomes: Bool
  /// Whether a push brings what is missing.
  let isAutomatic: Bool
  /// The date (RFC 3339).
  let today: String

  /// What the newest Next.js asks for.
  static let next = "20.9.0"

  var findings: [Finding] {
    var findings = needs.filter { $0.isBun && !hasBun }.map { need in
      Finding(
        .node, .problem, "\(need.app) is started by Bun, which is not on the PATH", app: need.app,
        advice: "Install it where every user finds it, as in /usr/local/bin.")
    }
    // Those of which each has its own need none on the PATH.
    if needs.contains(where: { $0.own == nil }) || !isAutomatic { findings += usual }
    findings += needs.compactMap(finding)
    if let node, findings.isEmpty, needs.isEmpty, !isAutomatic, isOutside(Self.next, node.version, ">=") {
      findings.add(
        .node, .warning, "Node \(node.version) is too old for Next.js 16, which needs \(Self.next)",
        advice: Self.install)
    }
    if !findings.isEmpty { return findings }
    let own = needs.compactMap { need in need.own.map { "\(need.app) has \($0.version)" } }
    let path = node.map { "Node \($0.version) (\($0.path))" } ?? "no Node on the PATH: a push brings what it needs"
    return [Finding(.node, .ok, ([path] + own).joined(separator: ", "))]
  }

  /// What is wrong with the one on the PATH.
  private var usual: [Finding] {
    guard let node else { return [Finding(.node, .problem, "Node is not on the PATH", advice: Self.install)] }
    guard hidesHomes, ["/home/", "/root/", "/run/user/"].contains(where: node.file.hasPrefix) else { return [] }
    return [
      Finding(
        .node, .problem, "Node is \(node.file): builds and apps cannot see that directory", advice: Self.install)
    ]
  }

  private func finding(_ need: Need) -> Finding? {
    if need.isGone {
      return Finding(
        .node, .problem, "what \(need.app) runs with is gone (\(need.own?.path ?? "Bun")): it cannot start again",
        app: need.app,
        command: need.own.map { "nextdeploy runtime install node@\($0.version)" },
        advice: "Where it is not from there: 'nextdeploy rebuild --app \(need.app)' takes another one.")
    }
    guard let version = need.own?.version ?? node?.version else { return nil }
    if let range = need.nextRange, isOutside(range, version) {
      return Finding(
        .node, .problem, "\(need.app)'s Next.js needs Node \(range); it runs with \(version)", app: need.app,
        advice: Self.install)
    }
    if let number = Version(version), let ended = NodeLine.ended(number, on: today) {
      return Finding(
        .node, .warning, "\(need.app) runs with an old Node. \(ended)", app: need.app,
        advice:
          "Ask for a later one, as in .nvmrc or with 'nextdeploy config set node lts --app \(need.app)', and push.")
    }
    // The package only asks for it; the app may still run, as a push says too.
    if let range = need.range, isOutside(range, version) {
      return Finding(
        .node, .warning, "\(need.app)'s package.json asks for Node \(range); it runs with \(version)",
        app: need.app,
        advice: "The next push finds or brings one that fits, unless .nvmrc or the settings say otherwise.")
    }
    return nil
  }

  private func isOutside(_ range: String, _ version: String, _ sign: String = "") -> Bool {
    guard let wanted = VersionRange(sign + range), let version = Version(version) else { return false }
    return !wanted.contains(version)
  }

  private static let install =
    "'nextdeploy runtime install node@lts' brings one for apps that ask for it; else one on the PATH (/usr/bin, /usr/local)."
}

extension Doctor {
  func node(_ apps: [AppName]) throws -> [Finding] {
    let path = programs.environment["PATH"] ?? ""
    let settings = try Apps(layout: layout).serverConfig().runtime ?? RuntimeSettings()
    let installer = RuntimeInstaller(
      layout: layout, environment: programs.environment, settings: settings, tell: { _ in })
    return NodeCheck(
      node: try Command.find("node", path: path).map(node), hasBun: Command.find("bun", path: path) != nil,
      needs: liveReleases(apps).compactMap(need), hidesHomes: backend.hidesHomes,
      isAutomatic: installer.isAutomatic, today: WallClock.timestamp()
    ).findings
  }

  func node(_ file: String) throws -> NodeCheck.Program {
    let (status, output) = try programs.run([file, "--version"])
    guard status.isSuccess, let version = Version(output.split(whereSeparator: \.isNewline).first ?? "") else {
      throw Failure(
        "asking \(file) for its version", "it answered \(String(output.prefix(80)).quoted) with \(status)",
        next: "Check that '\(file) --version' works on the server.")
    }
    return NodeCheck.Program(path: file, file: Files.resolved(file), version: version.description)
  }

  /// Nil for a site of files, which needs none.
  private func need(_ app: AppName, _ release: ReleaseRecord) -> NodeCheck.Need? {
    guard let process = release.process else { return nil }
    let files = layout.app(app).release(release.id).files
    var directories = [process.directory.below(files)]
    while let last = directories.last, last != files { directories.append(Files.parent(last)) }
    func range(_ name: String) -> String? {
      // A record that cannot be read was good enough to go live.
      directories.lazy.compactMap { self.manifest("\($0)/\(name)")?.nodeRange }.first
    }
    let runtimes = process.runtimes ?? []
    return NodeCheck.Need(
      app: app, own: runtimes.first { $0.name == "node" },
      isGone: !runtimes.allSatisfy { Files.isExecutable($0.path) }, range: range("package.json"),
      nextRange: release.framework.hasPrefix("Next.js") ? range("node_modules/next/package.json") : nil,
      isBun: release.framework.hasPrefix("Bun") && !runtimes.contains { $0.name == "bun" })
  }

  private func manifest(_ path: String) -> PackageManifest? {
    guard (try? Files.status(Files.resolved(path)))?.kind == .file, let text = try? Files.text(path) else { return nil }
    return try? PackageManifest(text, path: path)
  }
}
