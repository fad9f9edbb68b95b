@testable import Deploy
import Testing

@Suite("A release's id")
struct ReleaseIDTests {
  @Test("is ordered by time, then by its suffix as a number")
  func orderedTimeSuffix() throws {
    let texts = [
      "20261123-154512-10", "20261123-154513", "20261123-154512", "20261123-154512-2", "20251231-235959",
    ]

    let sorted = try texts.map { text in try ReleaseID(text) }.sorted()

    #expect(
      sorted.map(\.description) == [
        "20251231-235959", "20261123-154512", "20261123-154512-2", "20261123-154512-10", "20261123-154513",
      ])
  }

  @Test("gets a suffix from the second in one second on")
  func getsSuffixSecond() throws {
    #expect(try ReleaseID(stamp: "20261123-154512", number: 1).description == "20261123-154512")
    #expect(try ReleaseID(stamp: "20261123-154512", number: 2).description == "20261123-154512-2")
  }

  @Test(
    "is nothing else",
    arguments: hostile + [
      "20261123", "20261123-15451", "2026112-154512", "20261123-154512-", "20261123-154512-0", "20261123-154512-1",
      "20261123-154512-02", "20261123-154512--2", "20261123-154512-2-3", "20261123_154512", "20261123-154512/..",
      "20261123-154512.new", "20261123-154512-99999999999999999999", "٢٠٢٦١١٢٣-154512", "-154512",
    ])
  func nothingElse3(_ text: String) {
    let error = #expect(throws: Failure.self) { try ReleaseID(text) }

    #expect(error?.kind == .notFound)
  }
}
