@testable import Deploy
import Testing

@Suite("Of several pushes")
struct TurnTests {
  @Test("the second waits for the first, and says for whom")
  func secondWaitsFirst() throws {
    let world = try World()
    let other = try world.commit("the first", World.app("first"))
    var running = try FakeState(world: world).begin(.push, previous: nil, commit: other)
    running.step = .build
    world.records[running.id] = running
    var tries = 0
    world.turnTaken = {
      tries += 1
      return tries < 4
    }

    let record = try world.push("the second")

    #expect(record.outcome == .live)
    #expect(tries == 4)
    let notes = world.told.lines("note: waiting")
    #expect(
      notes == ["note: waiting for the push of \(other.id.short) the first, which began at \(running.startedAt)"])
  }

  @Test("one that waits ends as superseded when the branch moves on")
  func waitsEndsSuperseded() throws {
    let world = try World()
    let newer = try world.commit("newer", World.app("newer"))
    world.turnTaken = {
      world.branches[world.main.ref] = newer.id
      return true
    }

    let record = try world.push("older")

    #expect(record.outcome == .superseded)
    #expect(record.finishedAt != nil)
    #expect(world.records[record.id]?.outcome == .superseded)
    #expect(world.events("turn", "checkout", "move", "set").isEmpty)
    #expect(world.told.lines("note: superseded: main is at \(newer.id.short)").count == 1)
  }

  @Test("one whose turn comes too late is not deployed")
  func turnComesLate() throws {
    let world = try World()
    let newer = try world.commit("newer", World.app("newer"))
    world.turnTaken = {
      world.branches[world.main.ref] = newer.id
      return false
    }

    let record = try world.push("older")

    #expect(record.outcome == .superseded)
    #expect(world.events("checkout").isEmpty)
    #expect(world.tip == newer.id)
  }

  @Test("one whose branch was deleted is not deployed")
  func branchDeletedNot() throws {
    let world = try World()
    world.turnTaken = {
      world.branches[world.main.ref] = nil
      return false
    }

    let record = try world.push("gone")

    #expect(record.outcome == .superseded)
    #expect(world.told.lines("note: superseded: main was deleted").count == 1)
  }

  @Test("one that was overtaken by what came later, and is live, is not deployed")
  func overtaken() throws {
    let world = try World()
    world.arriving = try MemoryTree(["index.html": "later"])
    var others = [Result<DeployRecord, any Error>]()
    world.turnTaken = {
      guard others.isEmpty else { return false }
      // The other one is not asked to wait.
      world.turnTaken = { false }
      others.append(Result { try world.deploy(.ship(Delivery(key: nil, commit: nil))) })
      return true
    }

    let record = try world.push("older")

    let later = try #require(others.first).get()
    #expect(later.outcome == .live)
    #expect(record.outcome == .superseded)
    #expect(world.events("checkout").isEmpty)
    #expect(world.live?.deploy == later.id)
    #expect(world.told.lines("note: superseded: \(try #require(world.live).commit.id.short) Archive").count == 1)
  }

  @Test("a rebuild is never superseded")
  func rebuildNeverSuperseded() throws {
    let world = try World()
    let commit = try world.commit("old", World.app("old"))
    world.branches[world.main.ref] = try CommitID(hashing: "something else")

    let record = try world.deploy(.rebuild(commit, clean: false))

    #expect(record.outcome == .live)
  }
}
