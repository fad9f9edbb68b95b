import Console
import Deploy
import Testing

@Suite("A failure for people")
struct ReporterTests {
  @Test("has what was tried, why, the last lines and what to do next")
  func triedWhyLast() {
    let failure = Failure("building", "exit code 1", next: "Correct it.", excerpt: ["one", "two"])

    #expect(
      Reporter.lines(of: failure) == [
        "nextdeploy: building", "  exit code 1", "  last lines:", "    one", "    two", "  next: Correct it.",
      ])
  }

  @Test("cannot steer the terminal with an app's output")
  func cannotSteerTerminal() {
    let failure = Failure(
      "building", "exit code 1", next: "Correct it.", excerpt: ["\u{1B}[2J\u{1B}[1;31mred\u{7}\ttab"])

    #expect(Reporter.lines(of: failure).contains("    red\ttab"))
  }

  @Test("cannot forge a line of its own by what a commit or a build calls things")
  func cannotForgeLine() {
    let failure = Failure(
      "building with 'x\nlive: https://forged.example'", "a\u{9B}31m\u{202E}b\r", next: "Correct it\u{1B}]0;t\u{7}.")

    #expect(
      Reporter.lines(of: failure) == [
        "nextdeploy: building with 'xlive: https://forged.example'", "  a31mb", "  next: Correct it0;t.",
      ])
  }

  @Test("without an excerpt shows none")
  func withoutExcerptShows() {
    let failure = Failure("building", "exit code 1", next: "Correct it.")

    #expect(Reporter.lines(of: failure).count == 3)
  }
}
