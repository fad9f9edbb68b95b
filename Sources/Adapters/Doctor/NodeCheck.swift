import Deploy
import Posix

/// Compares Node with what each app asks for.
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
    /// The range in its package.json.
    var range: String?
    /// The range in Next.js's own package.json.
    var nextRange: String?
    var isBun = false
  }

  /// Nil if there is none on the PATH.
  let node: Program?
  let hasBun: Bool
  let needs: [Need]
  /// Whether /home and /root are hidden from builds and apps.
  let hidesHomes: Bool

  /// What the newest Next.js asks for.
  static let next = "20.9.0"

  var findings: [Finding] {
    var findings = needs.filter { $0.isBun && !hasBun }.map { need in
      Finding(
        .node, .problem, "\(need.app) is started by Bun, which is not on the PATH", app: need.app,
        advice: "Install it where every user finds it, as in /usr/local/bin.")
    }
    guard let node else {
      return findings + [Finding(.node, .problem, "Node is not on the PATH", advice: Self.install)]
    }
    if hidesHomes && ["/home/", "/root/", "/run/user/"].contains(where: node.file.hasPrefix) {
      findings.add(
        .node, .problem, "Node is \(node.file): builds and apps cannot see that directory", advice: Self.install)
    }
    findings += needs.compactMap { finding($0, node) }
    if findings.isEmpty, isOutside(Self.next, node, ">=") {
      findings.add(
        .node, .warning, "Node \(node.version) is too old for Next.js 16, which needs \(Self.next)",
        advice: Self.install)
    }
    return findings.isEmpty ? [Finding(.node, .ok, "Node \(node.version) (\(node.path))")] : findings
  }

  private func finding(_ need: Need, _ node: Program) -> Finding? {
    if let range = need.nextRange, isOutside(range, node) {
      return Finding(
        .node, .problem, "\(need.app)'s Next.js needs Node \(range); this server has \(node.version)", app: need.app,
        advice: Self.install)
    }
    // The package only asks for it; the app may still run, as a push says too.
    if let range = need.range, isOutside(range, node) {
      return Finding(
        .node, .warning, "\(need.app)'s package.json asks for Node \(range); this server has \(node.version)",
        app: need.app, advice: Self.install)
    }
    return nil
  }

  private func isOutside(_ range: String, _ node: Program, _ sign: String = "") -> Bool {
    guard let wanted = VersionRange(sign + range), let version = Version(node.version) else { return false }
    return !wanted.contains(version)
  }

  private static let install =
    "Install Node 20.9 or later where every user finds it (/usr/bin, /usr/local): from nodejs.org or the distribution."
}

extension Doctor {
  func node(_ apps: [AppName]) throws -> [Finding] {
    let path = programs.environment["PATH"] ?? ""
    return NodeCheck(
      node: try Command.find("node", path: path).map(node), hasBun: Command.find("bun", path: path) != nil,
      needs: liveReleases(apps).compactMap(need), hidesHomes: backend.hidesHomes
    ).findings
  }

  private func node(_ file: String) throws -> NodeCheck.Program {
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
    return NodeCheck.Need(
      app: app, range: range("package.json"),
      nextRange: release.framework.hasPrefix("Next.js") ? range("node_modules/next/package.json") : nil,
      isBun: release.framework.hasPrefix("Bun"))
  }

  private func manifest(_ path: String) -> PackageManifest? {
    guard (try? Files.status(Files.resolved(path)))?.kind == .file, let text = try? Files.text(path) else { return nil }
    return try? PackageManifest(text, path: path)
  }
}
