@testable import Deploy
import Testing

private let names = ["build", "install", "start", "release", "root"]

@Suite("The nearest name")
struct NearestNameTests {
  @Test(
    "is what somebody meant who mistyped it",
    arguments: [
      ("biuld", "build"), ("instal", "install"), ("Start", "start"), ("realease", "release"), ("rot", "root"),
      ("buidl", "build"),
    ])
  func somebodyMeantMistyped(_ typed: String, _ meant: String) {
    #expect(NearestName.of(typed, among: names) == meant)
    #expect(NearestName.hint(typed, among: names) == "Did you mean '\(meant)'?")
  }

  @Test("is none where nothing is near", arguments: ["", "zzz", "deployment"])
  func noneNothingNear(_ typed: String) {
    #expect(NearestName.of(typed, among: names) == nil)
    #expect(NearestName.hint(typed, among: names) == "There are: build, install, release, root, start.")
  }

  @Test("of no names is none")
  func noNamesNone() {
    #expect(NearestName.of("build", among: []) == nil)
  }
}
