@testable import Deploy
import Testing

/// Deploys that went live, in words: "push 1" makes release 1, "reuse 1" takes it again, "back 1" rolls back to it.
private func history(_ deploys: String) throws -> History {
  let app = try AppName("shop")
  var records: [DeployRecord] = []
  for (number, words) in deploys.split(separator: ", ").map({ $0.split(separator: " ") }).enumerated() {
    var record = DeployRecord(
      id: try id(50 + number), app: app,
      kind: words[0] == "back" ? .rollback : words[0] == "restart" ? .restart : .push, previous: nil, commit: nil,
      startedAt: "", builder: "")
    record.finishedAt = "2026-11-23T10:00:\(10 + number)Z"
    record.outcome = words[0] == "fail" ? .failed : .live
    record.release = try id(Int(words[1]) ?? 0)
    records.append(record)
  }
  // A directory lists its files in any order.
  return History(records.reversed())
}

private func id(_ number: Int) throws -> ReleaseID { try ReleaseID("20261123-\(100_000 + number)") }

private func ids(_ numbers: Int...) throws -> [ReleaseID] { try numbers.map { number in try id(number) } }

@Suite("A rollback without a name")
struct HistoryTests {
  @Test(
    "leads to what was live before",
    arguments: [
      ("push 1, push 2", 2, 1), ("push 1, push 2, push 3", 3, 2), ("push 1, push 2, push 3, back 2", 2, 1),
      ("push 1, push 2, back 1, push 3", 3, 1), ("push 1, push 2, fail 3", 2, 1),
      ("push 1, push 2, reuse 1", 1, 2), ("push 1, push 2, back 1, back 2", 2, 1), ("push 1, push 2, push 2", 2, 1),
      ("push 1, push 2, push 3, back 1", 1, nil), ("push 1, push 2, back 1, restart 1", 1, nil),
      ("push 1, push 2, restart 2", 2, 1), ("push 1", 1, nil), ("push 1, push 2, back 1", 1, nil), ("", 1, nil),
    ] as [(String, Int, Int?)])
  func leadsLiveBefore(_ deploys: String, _ live: Int, _ target: Int?) throws {
    let available = Set(try ids(1, 2, 3))

    let found = try history(deploys).rollbackTarget(live: id(live), available: available)

    #expect(found == (try target.map { number in try id(number) }))
  }

  @Test("passes over releases that are gone")
  func passesOverReleases() throws {
    let history = try history("push 1, push 2, push 3")

    #expect(history.rollbackTarget(live: try id(3), available: Set(try ids(1, 3))) == (try id(1)))
    #expect(history.rollbackTarget(live: try id(3), available: Set(try ids(3))) == nil)
  }
}

@Suite("The surplus of releases")
struct SurplusReleasesTests {
  @Test("is what was not live for the longest time")
  func notLiveLongest() throws {
    let history = try history("push 1, push 2, push 3, reuse 1")

    #expect(try history.surplus(of: ids(1, 2, 3), keep: 2, inUse: Set(ids(1))) == ids(2))
    #expect(try history.surplus(of: ids(1, 2, 3), keep: 3, inUse: Set(ids(1))) == [])
  }

  @Test("begins with releases that were never live")
  func beginsReleasesNever() throws {
    let history = try history("push 1, push 2")

    #expect(try history.surplus(of: ids(1, 2, 3), keep: 2, inUse: Set(ids(2))) == ids(3))
  }

  @Test("never holds one in use", arguments: [0, 1, 2])
  func neverHoldsUse(_ keep: Int) throws {
    let history = try history("push 1, push 2, push 3")

    let surplus = try history.surplus(of: ids(1, 2, 3), keep: keep, inUse: Set(ids(1, 2)))

    #expect(surplus == (try ids(3)))
  }
}
