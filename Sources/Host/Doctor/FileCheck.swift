import Deploy
import Posix

extension Doctor {
  /// Owners and modes below the root.
  func files(_ apps: [AppName]) -> [Finding] {
    var findings: [Finding] = []
    var count = 0
    // What cannot be looked at does not keep the rest from it.
    func look(_ app: AppName?, _ body: () throws -> [Finding]) {
      do {
        findings += try body().map {
          Finding($0.check, $0.state, $0.found, app: app, command: $0.command, advice: $0.advice)
        }
      } catch { findings.append(finding(error, in: .files, app: app)) }
    }
    guard let owner = try? owner() else {
      return [
        Finding(
          .files, .problem, "there is no user nextdeploy, or no \(layout.root)", command: "sudo nextdeploy setup")
      ]
    }
    for app: AppName? in [nil] + apps {
      var promises: [FilePromise] = []
      look(app) {
        promises = try app.map(self.promises) ?? serverPromises()
        return []
      }
      count += promises.count
      for promise in promises { look(app) { promise.findings(try Files.status(promise.path), owner: owner) } }
      guard let app else { continue }
      look(app) { try strangers(below: layout.app(app).repository, owner) }
    }
    if findings.isEmpty {
      findings = [
        Finding(.files, .ok, "\(count) files and directories below \(layout.root) belong to whom they should")
      ]
    }
    return findings
  }

  /// Nil where there is nobody yet to whom it could belong.
  private func owner() throws -> FilePromise.Owner? {
    if hasSystemd {
      return Accounts.user(named: "nextdeploy").map {
        FilePromise.Owner(user: $0.id, group: $0.group, name: "nextdeploy:nextdeploy")
      }
    }
    return try Files.status(Files.resolved(layout.root)).map {
      FilePromise.Owner(user: $0.owner, group: nil, name: Accounts.name(ofUser: $0.owner) ?? "\($0.owner)")
    }
  }

  private func serverPromises() throws -> [FilePromise] {
    var promises: [FilePromise] = [
      .secret(layout.keys), .file(layout.config), .file(layout.tools), .file("\(layout.tools).lock"),
      .file(layout.keysLock), .file(layout.portsLock), .file(layout.buildLock),
    ]
    guard hasSystemd else {
      return promises + [.directory(layout.apps), .directory(layout.instances), .directory(layout.caddy)]
    }
    // Caddy's user reads the sites, sshd the keys.
    promises += [
      .directory(layout.root, needs: 0o755).required, .directory("\(layout.root)/.ssh", allows: 0o700).required,
      .file("\(layout.root)/.ssh/authorized_keys"), .directory(layout.apps, needs: 0o750, allows: 0o750).required,
      .directory(layout.instances, needs: 0o750, allows: 0o750).required.ofGroup,
      .directory(layout.caddy, needs: 0o755).required,
    ]
    promises += try Files.list(layout.caddy).filter { $0.hasSuffix(".caddy") }
      .map { .file("\(layout.caddy)/\($0)", needs: 0o644) }
    return promises
  }

  private func promises(_ name: AppName) throws -> [FilePromise] {
    let app = layout.app(name)
    var promises: [FilePromise] = [
      .directory(app.directory).required, .directory(app.repository).required,
      .file("\(app.repository)/hooks/post-receive", needs: 0o700, allows: 0o755).required,
      .directory(app.releases).required, .directory(app.deploys).required, .directory(app.logs).required,
      .file(app.config).required, .secret(app.environment), .secret(app.serverActionsKey), .file(app.live),
      .file(app.lock), .file(app.user), .file(app.installedKey), .directory(app.packages),
      // Builds share the first two with nextdeploy, running apps what is in the third; their groups are set by each deploy.
      .directory(app.workspace, allows: 0o775), .directory(app.cache, allows: 0o775),
      .directory(app.shared, allows: 0o775), .directory(app.build),
    ]
    promises += try Files.list(app.releases).map { .directory("\(app.releases)/\($0)") }
    for directory in [app.deploys, app.logs] {
      promises += try Files.list(directory).map { "\(directory)/\($0)" }
        .filter { try Files.status($0)?.kind == .file }.map { .file($0) }
    }
    for instance in try Files.list(layout.instances) where (try? InstanceID(instance))?.app == name {
      let directory = "\(layout.instances)/\(instance)"
      promises += [
        .directory(directory, needs: hasSystemd ? 0o750 : 0o700, allows: 0o750).ofGroup,
        .file("\(directory)/service.json", needs: 0o640, allows: 0o640).ofGroup, .secret("\(directory)/service"),
      ]
    }
    return promises
  }

  /// What others own in a repository: after 'sudo git gc' there, no push gets in any more.
  private func strangers(below repository: String, _ owner: FilePromise.Owner) throws -> [Finding] {
    var first: String?
    var count = 0
    var left = 20_000
    func walk(_ directory: String) throws {
      for name in try Files.list(directory) where left > 0 {
        left -= 1
        let path = "\(directory)/\(name)"
        // A push that runs just now makes files and takes them away.
        guard let status = try Files.status(path) else { continue }
        if status.owner != owner.user {
          first = first ?? path
          count += 1
        } else if status.kind == .directory {
          try walk(path)
        }
      }
    }
    try walk(repository)
    guard let first else { return [] }
    let name = Accounts.name(ofUser: try Files.status(first)?.owner ?? 0) ?? "another user"
    return [
      Finding(
        .files, .problem,
        "\(count) files of the repository are not nextdeploy's, as \(first) (\(name)): pushes may fail",
        command: "sudo chown -R \(owner.name) \(FilePromise.word(repository))")
    ]
  }
}
