@testable import Deploy
import Testing

@Suite("Pruning")
struct PruneTests {
  @Test("keeps as many releases as the app's setting says")
  func keepsManyReleases() throws {
    let world = try World()
    world.config.keep = 2
    for text in ["one", "two", "three", "four"] {
      try world.push(text)
      world.finishDraining()
    }

    #expect(world.releases.map(\.commit.subject) == ["three", "four"])
  }

  @Test("takes away the refs of what it removes")
  func takesAwayRefs() throws {
    let world = try World()
    world.config.keep = 1
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()

    let third = try world.push("three")

    #expect(world.branches["refs/nextdeploy/releases/\(first.id)"] == nil)
    #expect(world.branches["refs/nextdeploy/releases/\(third.id)"] != nil)
  }

  @Test("sets aside what can be packed, with its ref and its record, which a rollback by name unpacks and publishes")
  func setsAside() throws {
    let (world, first) = try withArchived()
    #expect(world.archived.map(\.commit.subject) == ["one"])
    #expect(world.releases.map(\.commit.subject) == ["two", "three"])
    #expect(world.branches["refs/nextdeploy/releases/\(first.id)"] != nil)
    for _ in 0..<60 {
      world.finishDraining()
      try world.deploy(.restart)
    }
    #expect(world.records[first.id] != nil)

    // As before, what is packed is not meant where none is named.
    #expect(try world.deploy(.rollback(nil)).failure?.kind == .notFound)
    let back = try world.deploy(.rollback(ReleaseID(first.id.description)))

    #expect(back.outcome == .live && back.commit?.subject == "one" && world.live?.release.description == "\(first.id)")
    #expect(back.steps.map(\.step).prefix(3) == [.unpack, .release, .boot])
    #expect(world.archived.contains { $0.id == world.live?.release }, "it stays packed")
  }

  /// A world with three releases, the first of them packed.
  private func withArchived() throws -> (World, DeployRecord) {
    let world = try World()
    world.config.keep = 1
    world.canArchive = true
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()
    try world.push("three")
    return (world, first)
  }

  @Test(
    "takes away the ref of a release that came back and goes again only where the archive gives it up meanwhile",
    arguments: [false, true])
  func givenUp(isGivenUp: Bool) throws {
    let (world, first) = try withArchived()
    try world.deploy(.rollback(ReleaseID(first.id.description)))
    for text in ["four", "five"] {
      world.finishDraining()
      if isGivenUp { world.whenRemoved = { world.archived.removeAll { $0.commit.subject == "one" } } }
      try world.push(text)
    }

    #expect(world.releases.contains { $0.commit.subject == "one" } == false)
    #expect((world.branches["refs/nextdeploy/releases/\(first.id)"] == nil) == isGivenUp)
  }

  @Test("leaves what is live where what is packed cannot be unpacked")
  func damagedArchive() throws {
    let (world, first) = try withArchived()
    world.failing = ["restore"]

    let failed = try world.deploy(.rollback(ReleaseID(first.id.description)))

    #expect(failed.outcome == .failed && failed.step == .unpack)
    #expect(world.live?.commit.subject == "three" && world.archived.count == 1)
  }

  @Test("never removes a release that still answers requests")
  func neverRemovesRelease() throws {
    let world = try World()
    world.config.keep = 1
    try world.push("one")

    try world.push("two")

    #expect(world.instances[try world.instance("3001")] == .draining)
    #expect(world.releases.map(\.commit.subject) == ["one", "two"])
  }

  @Test("removes a release once its instance is gone, though its port is used again")
  func removesReleaseOnce() throws {
    let world = try World()
    world.config.keep = 1
    for text in ["one", "two", "three"] {
      try world.push(text)
      world.finishDraining()
    }

    try world.push("four")

    #expect(world.releases.map(\.commit.subject) == ["three", "four"])
  }

  @Test("never removes the live release, whatever a rollback did")
  func neverRemovesLive() throws {
    let world = try World()
    world.config.keep = 2
    try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.config.keep = 1

    try world.deploy(.rollback(world.releases[0].id))

    #expect(world.live?.commit.subject == "one")
    #expect(world.releases.map(\.commit.subject).contains("one"))
  }

  @Test("keeps the records of the last fifty deploys and of every release")
  func keepsRecordsLast() throws {
    let world = try World()
    world.config.keep = 100
    let first = try world.push("one")
    world.failing = ["run npm run build"]
    let failed = try world.push("broken")
    for _ in 0..<50 { try world.push("broken") }
    world.failing = []
    world.finishDraining()

    try world.push("two")

    #expect(world.records[first.id] != nil)
    #expect(world.records[failed.id] == nil)
    #expect(world.branches["refs/nextdeploy/failed/\(failed.id)"] == nil)
    #expect(world.records.count == 51)
  }
}
