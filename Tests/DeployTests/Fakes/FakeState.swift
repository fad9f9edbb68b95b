@testable import Deploy

/// Records in memory.
struct FakeState: AppState {
  let world: World

  func begin(_ kind: DeployRecord.Kind, previous: CommitID?, commit: Commit?) throws -> DeployRecord {
    let second = 100_000 + world.records.count
    let record = DeployRecord(
      id: try DeployID(stamp: "20261123-\(second)", number: 1), app: world.app, kind: kind, previous: previous,
      commit: commit, startedAt: FakeClock(world: world).timestamp, builder: "1")
    world.records[record.id] = record
    return record
  }

  func save(_ record: DeployRecord, durable: Bool) throws {
    let what = record.outcome.map(\.rawValue) ?? record.step?.rawValue ?? "-"
    try world.event((durable ? "durably save " : "save ") + what)
    guard world.records[record.id] != nil else { throw Unexpected("the record \(record.id)") }
    world.records[record.id] = record
  }

  func records() throws -> [DeployRecord] { world.records.values.sorted { $0.id < $1.id } }

  func setAsideDamagedRecords() throws -> [String] {
    defer { world.damagedRecords = [] }
    return world.damagedRecords
  }

  func isRunning(_ record: DeployRecord) -> Bool { !world.dead.contains(record.id) }

  func cancellation(of record: DeployRecord) throws -> String? { world.canceller }

  func live() throws -> LiveRecord? {
    if world.failing.contains("live") { throw Failure("live", "the test says so", next: "Nothing.") }
    return world.live
  }

  func setLive(_ live: LiveRecord) throws {
    try world.event("setLive \(live.release)")
    world.live = live
  }

  func environment() throws -> AppEnvironment { AppEnvironment(world.variables) }

  func noteEnvironment() throws { world.hasNotedEnvironment = true }

  func serverActionsKey() throws -> String { "the app's key" }

  func giveUpReserve() {}

  func lastLines(of deploy: DeployID) -> [String] { ["the app's last words"] }

  func prune(keeping deploys: Set<DeployID>) throws {
    try world.event("prune records")
    world.records = world.records.filter { deploys.contains($0.key) }
  }

  func withDeployLock<Result>(_ body: () throws -> Result) throws -> Result? {
    if world.turnTaken() { return nil }
    world.events.append("turn")
    return try body()
  }
}

struct FakeUnbuilt: ReleaseFiles {
  let world: World
  var files: any BuiltFiles { FakeWorkspace(world: world) }
  var releases: any Releases { FakeReleases(world: world) }
}

struct FakeWorkspace: Workspace, BuildPrograms, BuildSpace {
  let world: World

  var directory: String { "/workspace" }

  func text(_ path: String) throws -> String? { world.files[path] }

  func exists(_ path: String) -> Bool { world.files.keys.contains { $0 == path || $0.hasPrefix("\(path)/") } }

  func followed(_ path: String) throws -> String? { exists(path) ? path : nil }

  func remove(_ path: String) throws {
    world.events.append("workspace.remove \(path)")
    world.files = world.files.filter { $0.key != path && !$0.key.hasPrefix("\(path)/") }
  }

  func installedKey() throws -> String? { world.installedKey }

  func setInstalledKey(_ key: String?) throws {
    try world.event(key == nil ? "forget installed" : "note installed")
    world.installedKey = key
  }

  func builtKey() throws -> String? { world.builtKey }

  func setBuiltKey(_ key: String?) throws { world.builtKey = key }

  var unbuilt: (any ReleaseFiles)? { FakeUnbuilt(world: world) }

  func removeUnbuilt() throws {}

  func empty() throws {
    try world.event("workspace.empty")
    world.files = [:]
    world.freeSpace += world.workspaceSize
  }

  func list(_ path: String) throws -> [String] {
    let below = path.isEmpty ? "" : "\(path)/"
    let names = world.files.keys.filter { $0.hasPrefix(below) }.map { $0.dropFirst(below.count).prefix { $0 != "/" } }
    return Set(names.map(String.init)).sorted()
  }

  func usage(of path: String) throws -> DiskUsage? { world.usages[path] ?? DiskUsage(bytes: 0, written: 0) }

  var programs: String { "/programs" }

  var corepack: String { "/corepack" }

  func setPrograms(_ scripts: [String: String]) throws { world.programs = scripts }

  func freeSpace() throws -> Int { world.freeSpace }

  func reservedSpace() throws -> Int { world.reservedSpace }

  func usage() -> String { "its workspace: \(world.workspaceSize >> 20) MB" }
}
