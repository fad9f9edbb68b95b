import Console
import Deploy
import Testing

@Suite struct `A failure for people` {
  @Test func `has what was tried, why, the last lines and what to do next`() {
    let failure = Failure("building", "exit code 1", next: "Correct it.", excerpt: ["one", "two"])

    #expect(
      Reporter.lines(of: failure) == [
        "nextdeploy: building", "  exit code 1", "  last lines:", "    one", "    two", "  next: Correct it.",
      ])
  }

  @Test func `cannot steer the terminal with an app's output`() {
    let failure = Failure(
      "building", "exit code 1", next: "Correct it.", excerpt: ["\u{1B}[2J\u{1B}[1;31mred\u{7}\ttab"])

    #expect(Reporter.lines(of: failure).contains("    red\ttab"))
  }

  @Test func `without an excerpt shows none`() {
    let failure = Failure("building", "exit code 1", next: "Correct it.")

    #expect(Reporter.lines(of: failure).count == 3)
  }
}
