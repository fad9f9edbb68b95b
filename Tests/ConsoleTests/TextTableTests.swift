import Console
import Testing

@Suite struct `A table of text` {
  @Test func `has its columns below each other`() {
    let lines = TextTable.lines([["NAME", "PORT", "STATE"], ["shop-admin", "3001", "up"], ["a", "10", "down"]])

    #expect(lines == ["NAME        PORT  STATE", "shop-admin  3001  up", "a           10    down"])
  }

  @Test func `has no spaces at the end of a line, and rows may be short`() {
    #expect(TextTable.lines([["a", "b"], ["longer"], []]) == ["a       b", "longer", ""])
    #expect(TextTable.lines([]) == [])
  }

  @Test func `counts letters, not bytes`() {
    #expect(TextTable.lines([["äöü", "x"], ["abc", "x"]]) == ["äöü  x", "abc  x"])
  }
}
