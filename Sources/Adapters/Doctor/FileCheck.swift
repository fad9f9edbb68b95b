import Deploy
import Posix

extension Doctor {
  /// Owners and modes below the root.
  func files(_ apps: [AppName]) throws -> [Finding] {
    guard let owner = try backend.owner() else { return [backend.ownerless] }
    var findings: [Finding] = []
    var count = 0
    // What cannot be looked at does not stop the rest.
    func look(_ app: AppName?, _ body: () throws -> [Finding]) {
      do {
        findings += try body().map {
          Finding($0.check, $0.state, $0.found, app: app, command: $0.command, advice: $0.advice)
        }
      } catch { findings.append(finding(error, in: .files, app: app)) }
    }
    for app: AppName? in [nil] + apps {
      for promises in app.map(self.promises) ?? [{ serverFiles }] + backend.serverPromises() {
        look(app) {
          let promises = try promises()
          count += promises.count
          for promise in promises { look(app) { promise.findings(try Files.status(promise.path), owner: owner) } }
          return []
        }
      }
      guard let app else { continue }
      look(app) { try strangers(below: layout.app(app).repository, owner) }
    }
    for look in [backend.keys, leftovers] {
      do { findings += try look() } catch { findings.append(finding(error, in: .files)) }
    }
    if !findings.isEmpty { return findings }
    return [Finding(.files, .ok, "\(count) files and directories below \(layout.root) belong to whom they should")]
  }

  /// Some files are only known once a directory has been read.
  typealias Promises = () throws -> [FilePromise]

  private var serverFiles: [FilePromise] {
    [
      .secret(layout.keys), .file(layout.config), .file(layout.tools), .file("\(layout.tools).lock"),
      .file(layout.keysLock), .file(layout.portsLock), .file(layout.hooksLock), .file(layout.buildLock(1)),
    ]
  }

  private func promises(_ name: AppName) -> [Promises] {
    let app = layout.app(name)
    let hook =
      "The next push over ssh writes it anew; without it a push past 'nextdeploy receive-pack' deploys nothing."
    let fixed: [FilePromise] =
      [
        .directory(app.directory).required(), .directory(app.repository).required(),
        .file("\(app.repository)/hooks/post-receive", needs: 0o700, allows: 0o755).required(hook),
        .directory(app.releases).required(), .directory(app.deploys).required(), .directory(app.logs).required(),
        .file(app.config).required(), .secret(app.environment), .secret(app.serverActionsKey), .file(app.live),
        .file(app.lock), .file(app.user), .file(app.installedKey), .file(app.builtKey),
        .directory(app.packages),
        // The user of builds works in the first, running apps in the contents of the second; each deploy sets their
        // groups.
        .directory(app.checkout, allows: 0o770), .directory(app.shared, allows: 0o775), .directory(app.build),
      ] + backend.workspacePromises(app)
    let written: [Promises] = [app.deploys, app.logs].map { directory in
      {
        // One of them is a link that names the live log.
        try Files.list(directory).map { "\(directory)/\($0)" }.filter { try Files.status($0)?.kind == .file }
          .map { .file($0) }
      }
    }
    return [{ fixed }, { try Files.list(app.releases).map { .directory("\(app.releases)/\($0)") } }] + written
      + [{ try instancePromises(name) }]
  }

  private func instancePromises(_ app: AppName) throws -> [FilePromise] {
    try Files.list(layout.instances).filter { (try? InstanceID($0))?.app == app }.flatMap { name -> [FilePromise] in
      let directory = "\(layout.instances)/\(name)"
      return [
        .directory(directory, needs: backend.instanceMode, allows: 0o750).ofGroup,
        .file("\(directory)/service.json", needs: 0o640, allows: 0o640).ofGroup, .secret("\(directory)/service"),
      ]
    }
  }

  /// Files in a repository that others own: after 'sudo git gc' there, every push fails. If there are very many, only
  /// the first are listed.
  private func strangers(below repository: String, _ owner: FilePromise.Owner) throws -> [Finding] {
    var foreign: [(path: String, owner: UInt32)] = []
    var left = 20_000
    func walk(_ directory: String) throws {
      for name in try Files.list(directory) where left > 0 {
        left -= 1
        let path = "\(directory)/\(name)"
        // A push that runs right now creates files and removes them.
        guard let status = try Files.status(path) else { continue }
        if status.owner != owner.user {
          foreign.append((path, status.owner))
        } else if status.kind == .directory {
          try walk(path)
        }
      }
    }
    try walk(repository)
    guard let first = foreign.first else { return [] }
    let name = Accounts.name(ofUser: first.owner) ?? "the user \(first.owner)"
    let more = foreign.count > 1 ? ", and so do \(foreign.count - 1) more files of the repository" : ""
    return [
      Finding(
        .files, .problem, "\(first.path) belongs to \(name)\(more): pushes may fail",
        command: "sudo chown -R \(owner.name) \(FilePromise.word(repository))")
    ]
  }
}
