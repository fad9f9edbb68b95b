import Testing

@testable import Deploy

@Suite("A value as text")
struct JSONTextTests {
  @Test(
    "is a string in every YAML, whatever else it looks like",
    arguments: [
      "", " ", "yes", "No", "NULL", "~", "1", "1e3", "0x10", "1:30", "2026-11-27", "- a", "a: b", "a #b", "#", "*x",
      "&x", "!x",
      "%x", "@x", "`x", "{a}", "[a]", "'", "\"", "\\", "a\nb", "a\tb", "\u{0}", "\u{85}", "\u{2028}", "\u{FEFF}",
      ".inf", "---",
      "...", "<<", "=", "a:", "true ", "é",
    ])
  func quoted(_ text: String) throws {
    let yaml = JSON.object([JSON.Member(key: text, value: .string(text))]).yaml
    #expect(yaml.hasPrefix("\"") && yaml.hasSuffix("\"\n") && yaml.utf8.count { $0 == 0x0a } == 1)
    #expect(try JSON.parse("{\(yaml)}") == .object([JSON.Member(key: text, value: .string(text))]), "it is JSON, too")
    #expect(try JSON.parse(JSON.string(text).text) == .string(text))
  }

  @Test("stands in blocks, and in one line where it is empty")
  func blocks() {
    let value: JSON = ["a": [1, true, ["b": "/x", "c": ["d"]]], "e": [:], "f": [], "left out": nil, "g": .null]
    #expect(
      value.yaml == """
        a:
          - 1
          - true
          - b: /x
            c:
              - d
        e: {}
        f: []
        g: null

        """)
    #expect(value.text == #"{"a":[1,true,{"b":"/x","c":["d"]}],"e":{},"f":[],"g":null}"#)
  }
}
