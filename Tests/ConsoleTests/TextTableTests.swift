import Console
import Testing

@Suite("A table of text")
struct TextTableTests {
  @Test("lines its columns up")
  func columnsBelowEach() {
    let lines = TextTable.lines([["NAME", "PORT", "STATE"], ["shop-admin", "3001", "up"], ["a", "10", "down"]])

    #expect(lines == ["NAME        PORT  STATE", "shop-admin  3001  up", "a           10    down"])
  }

  @Test("has no spaces at the end of a line, and rows may be short")
  func noSpacesEnd() {
    #expect(TextTable.lines([["a", "b"], ["longer"], []]) == ["a       b", "longer", ""])
    #expect(TextTable.lines([]) == [])
  }

  @Test("counts letters, not bytes")
  func countsLettersNot() {
    #expect(TextTable.lines([["äöü", "x"], ["abc", "x"]]) == ["äöü  x", "abc  x"])
  }
}
