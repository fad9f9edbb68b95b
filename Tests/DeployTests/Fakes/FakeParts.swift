@testable import Deploy

struct FakeRepository: Repository, Refs {
  let world: World

  func commit(_ text: String) throws -> Commit {
    guard let found = world.commits[try CommitID(text)] else { throw Unexpected("the commit \(text)") }
    return found.commit
  }

  func tree(of commit: Commit) throws -> any SourceTree {
    try world.event("repository.tree")
    guard let found = world.commits[commit.id] else { throw Unexpected("the tree of \(commit.id)") }
    return found.tree
  }

  func checkout(_ commit: Commit, into workspace: String) throws -> Int {
    try world.event("checkout \(commit.subject)")
    guard let found = world.commits[commit.id] else { throw Unexpected("the commit \(commit.id)") }
    return found.tree.entries.count
  }

  func changes(from old: CommitID?, to commit: Commit) throws -> Int { old == nil ? 3 : 1 }

  func target(of ref: String) throws -> CommitID? { world.branches[ref] }

  func move(_ ref: String, from old: CommitID, to new: CommitID?) throws -> Bool {
    try world.event("move \(ref)")
    guard world.branches[ref] == old else { return false }
    world.branches[ref] = new
    return true
  }

  func set(_ ref: String, to new: CommitID?) throws {
    try world.event(new == nil ? "unset \(ref)" : "set \(ref)")
    world.branches[ref] = new
  }

  func commit(standingFor shipment: Shipment) throws -> Commit {
    try world.event("repository.commit \(shipment.short)")
    let commit = Commit(
      id: try CommitID(hashing: shipment.subject), tree: try CommitID(Commit.noFiles), subject: shipment.subject)
    world.commits[commit.id] = (commit, try MemoryTree([:]))
    return commit
  }

  func fingerprint(_ text: String) throws -> String { try CommitID(hashing: text).description }
}

struct FakeReleases: Releases {
  let world: World

  func list() throws -> [ReleaseRecord] { world.releases.sorted { $0.id < $1.id } }

  func damaged() throws -> [ReleaseID] { world.damagedReleases }

  func make(_ record: ReleaseRecord, from assembly: Assembly, in place: String?, _ settle: () throws -> Void) throws {
    try world.event("make \(record.id)" + (place.map { " in \($0)" } ?? ""))
    try settle()
    world.releases.append(record)
    world.assemblies.append(assembly)
  }

  func remove(_ release: ReleaseID) throws {
    try world.event("remove \(release)")
    world.releases.removeAll { $0.id == release }
    world.damagedReleases.removeAll { $0 == release }
    world.whenRemoved()
  }

  func removeUnfinished() throws { try world.event("removeUnfinished") }

  func files(of release: ReleaseID) -> any BuiltFiles { FakeWorkspace(world: world) }

  func archived() throws -> [ArchivedRelease] { world.archived.map { ArchivedRelease($0, size: 1 << 20, packages: 0) } }

  func setAside(_ release: ReleaseID, within settings: ArchiveSettings) throws -> Bool {
    guard world.canArchive, let record = world.releases.first(where: { $0.id == release })
    else { return false }
    try world.event("set aside \(release)")
    world.releases.removeAll { $0.id == release }
    world.archived.append(record)
    return true
  }

  func restore(_ release: ReleaseID, isWanted: () throws -> Void) throws -> String {
    try world.event("restore \(release)")
    try isWanted()
    world.releases += world.archived.filter { $0.id == release }
    return "restored"
  }

  func takeCompiled(of release: ReleaseID, at path: String) throws {
    try world.event("takeCompiled \(release) \(path)")
  }

  func boundCaches(_ limits: CacheLimits) throws { try world.event("boundCaches \(limits.mostBytes)") }
}

struct FakePayloads: Payloads {
  let world: World

  func unpack(for release: ReleaseID, isWanted: () throws -> Void) throws -> any Payload {
    try world.event("unpack \(release)")
    try isWanted()
    guard let tree = world.arriving else { throw Unexpected("an archive") }
    return FakePayload(world: world, tree: tree)
  }
}

struct FakePayload: Payload {
  let world: World
  let tree: any SourceTree
  let sha256 = String(repeating: "a1", count: 32)
  let entries = 3
  let bytes = 3 << 20
  var files: any BuiltFiles { FakeWorkspace(world: world) }
  var releases: any Releases { FakeReleases(world: world) }
  func withCopy(_ body: (any BuiltFiles) throws -> Void) throws {
    try world.event("copy")
    defer { world.events.append("remove the copy") }
    try body(Built(files: world.files, directory: "/app/copy"))
  }
  func discard() throws { try world.event("discard") }
}

struct FakeFiles: PublicFiles {
  let world: World

  func publish(_ files: PublishedFiles, of release: ReleaseID) throws {
    try world.event("publish \(release)")
    world.published[release] = files
  }

  func publish(_ folder: PublicFolder, of release: ReleaseID) throws -> PublishedFolder {
    try world.event("publish public of \(release)")
    return PublishedFolder()
  }

  func publish(_ site: StaticSite, of release: ReleaseID) throws -> PublishedSite {
    var result = PublishedSite()
    if world.publishedSites[release] != nil { return result }
    try world.event("publish \(release)")
    world.publishedSites[release] = site
    result.count = world.files.count
    return result
  }

  func withdraw(_ release: ReleaseID) throws {
    world.publishedSites[release] = nil
    world.published[release] = nil
  }

  func prune(keeping releases: Set<ReleaseID>) throws {
    world.publishedSites = world.publishedSites.filter { releases.contains($0.key) }
    world.published = world.published.filter { releases.contains($0.key) }
  }
}

struct FakeProxy: Proxy {
  let world: World

  func route(_ site: Site) throws {
    try world.event("route \(site.place)")
    switch site.destination {
    case .instance(let upstream):
      guard world.healthy.contains(upstream) else { throw Unexpected("a route to \(upstream), which is not healthy") }
    case .files(let release):
      guard world.lookedAt.contains(release), world.publishedSites[release] == site.files else {
        throw Unexpected("a route to the files of \(release), which nobody has looked at")
      }
    }
    (world.routedTo, world.site) = (site.destination, site)
    world.whenRouted()
  }

  func restore(_ site: Site) throws {
    try world.event("restore \(site.place)")
    (world.routedTo, world.site) = (site.destination, site)
  }

  func destination(of app: AppName) throws -> Destination? { world.routedTo }

  func preview(_ site: Site, _ look: (Upstream) throws -> Void) throws {
    try world.event("preview \(site.release)")
    guard world.publishedSites[site.release] == site.files, site.files != nil else {
      throw Unexpected("a look at the files of \(site.release), which are not published")
    }
    let place = Upstream(port: try Port("40001"))
    world.previewed = place
    defer { world.previewed = nil }
    try look(place)
    world.lookedAt.insert(site.release)
  }

  func remove(_ app: AppName) throws { world.routedTo = nil }

  func revive() throws { try world.event("proxy.revive") }
}

struct FakeProbe: Probe, PortListeners {
  let world: World

  func ask(_ request: ProbeRequest, of instance: Upstream, within limit: Double) -> ProbeAnswer {
    world.events.append("ask \(instance.port)\(request.target) as \(request.origin.authority)")
    guard instance == world.previewed || world.instances[InstanceID(app: world.app, port: instance.port)] != nil else {
      return .refused
    }
    let answer = world.page?(request, instance) ?? world.answers(instance.port)
    if case .response(let response) = answer, response.status < 500 { world.healthy.insert(instance) }
    return answer
  }

  func listeners(of process: Int32, on port: Port) -> [ListeningAddress] { world.listeners }

  func listeners(on port: Port) -> [ListeningAddress] { world.listeners.filter { $0.port == port.number } }
}

extension ProbeAnswer {
  static func status(_ status: Int) -> ProbeAnswer { .response(ProbeResponse(status: status)) }
}

struct FakeSecrets: SecretsSource {
  let world: World

  func fetch(_ access: DopplerAccess) throws -> [String: String] {
    try world.event("fetch with \(access.token)")
    return world.doppler
  }
}

struct FakeRunner: Runner {
  let world: World

  func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult {
    try world.event("run \(job.work)")
    world.jobs.append(job)
    world.whenRun()
    let own = world.outputs.first { job.work.description.hasPrefix($0.key) }?.value
    try output(Array((own ?? world.output).utf8))
    try watch(nil)
    try watch(world.jobSeconds)
    let result = world.results[job.work.description] ?? .succeeded
    if result == .succeeded { world.files.merge(world.built) { _, new in new } }
    return result
  }

  func endLeftovers() throws { try world.event("endLeftovers") }
}

/// Who is told: keeps every event, and what people would read of them.
final class Listener: EventSink {
  var events: [Event] = []

  func receive(_ event: Event) { events.append(event) }

  var lines: [String] {
    events.compactMap { event in
      switch event {
      case .began(let headline): "begin \(headline.detected)"
      case .output(let bytes): String(decoding: bytes, as: UTF8.self)
      case .stepFinished(let step, let result, _): "\(step): \(result)"
      case .warned(let text): "warning: \(text)"
      case .noted(let text): "note: \(text)"
      case .logged(let text): "log: \(text)"
      case .stepStarted, .live, .failed: nil
      }
    }
  }

  var succeeded: Success? {
    for case .live(let success) in events.reversed() { return success }
    return nil
  }

  var failed: (step: Step, failure: Failure, live: ReleaseID?)? {
    for case .failed(let step, let failure, let live) in events.reversed() { return (step, failure, live) }
    return nil
  }

  func lines(_ beginning: String) -> [String] { lines.filter { $0.hasPrefix(beginning) } }
}

extension Site {
  /// The port of the instance, or the release whose files are served.
  fileprivate var place: String {
    switch destination {
    case .instance(let upstream): "\(upstream.port)"
    case .files(let release): "\(release)"
    }
  }
}
