@testable import Deploy
import Testing

/// Apart from the tables of the other tests, whose arguments are printed.
@Suite("A megabyte of text")
struct LongTextTests {
  private let text = String(repeating: "a", count: 1 << 20)

  @Test("is no name of anything")
  func noNameAnything() {
    #expect(throws: Failure.self) { try AppName(text) }
    #expect(throws: Failure.self) { try BranchName(text) }
    #expect(throws: Failure.self) { try Domain("\(text).example") }
    #expect(throws: Failure.self) { try CommitID(text) }
    #expect(throws: Failure.self) { try ReleaseID(text) }
    #expect(throws: Failure.self) { try InstanceID("\(text):3001") }
    #expect(throws: Failure.self) { try Port(String(repeating: "1", count: 1 << 20)) }
    #expect(throws: Failure.self) { try PortRange(text) }
    #expect(RelativePath(text) == nil)
    #expect(RelativePath(String(repeating: "a/", count: 1 << 19)) == nil)
    #expect(Version(text) == nil)
    #expect(VersionRange(text) == nil)
    #expect(NearestName.of(text, among: ["build"]) == nil)
  }

  @Test("is abbreviated")
  func toldShort3() {
    let error = #expect(throws: Failure.self) { try AppName(text) }

    #expect((error?.description.count ?? .max) < 200)
  }
}
