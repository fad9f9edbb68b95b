@testable import Deploy
import Testing

private let names = ["build", "install", "start", "release", "root"]

@Suite struct `The nearest name` {
  @Test(arguments: [
    ("biuld", "build"), ("instal", "install"), ("Start", "start"), ("realease", "release"), ("rot", "root"),
    ("buidl", "build"),
  ])
  func `is what somebody meant who mistyped it`(_ typed: String, _ meant: String) {
    #expect(NearestName.of(typed, among: names) == meant)
    #expect(NearestName.hint(typed, among: names) == "Did you mean '\(meant)'?")
  }

  @Test(arguments: ["", "zzz", "deployment"])
  func `is none where nothing is near`(_ typed: String) {
    #expect(NearestName.of(typed, among: names) == nil)
    #expect(NearestName.hint(typed, among: names) == "There are: build, install, release, root, start.")
  }

  @Test func `of no names is none`() {
    #expect(NearestName.of("build", among: []) == nil)
  }
}
