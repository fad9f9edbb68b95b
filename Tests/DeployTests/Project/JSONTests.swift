@testable import Deploy
import Testing

private func error(in text: String, relaxed: Bool = false) -> JSON.SyntaxError? {
  do throws(JSON.SyntaxError) {
    _ = try JSON.parse(text, relaxed: relaxed)
    return nil
  } catch { return error }
}

@Suite("JSON text")
struct JSONTests {
  @Test(
    "is read as a value",
    arguments: [
      ("null", JSON.null), (" true ", .bool(true)), ("false", .bool(false)), ("\"a\"", .string("a")),
      ("[]", .array([])),
      ("{}", .object([])), ("[1, \"a\", null]", .array([.number(1), .string("a"), .null])),
      ("{\"a\": {\"b\": []}}", .object([.init(key: "a", value: .object([.init(key: "b", value: .array([]))]))])),
      ("\u{FEFF}[]", .array([])), ("\r\n\t[\r\n]\r\n", .array([])),
    ])
  func readValue3(_ text: String, _ value: JSON) throws {
    #expect(try JSON.parse(text) == value)
  }

  @Test(
    "has numbers as RFC 8259 writes them",
    arguments: [
      ("0", 0.0), ("-0", 0), ("10", 10), ("-1.5", -1.5), ("1e3", 1000), ("1E+2", 100), ("25e-1", 2.5), ("0.5", 0.5),
      ("0e1", 0),
    ])
  func numbersRFC8259(_ text: String, _ number: Double) throws {
    #expect(try JSON.parse(text) == .number(number))
  }

  @Test(
    "has no other numbers",
    arguments: [
      "01", "-01", "00", "1.", "-", "+1", ".5", "-.5", "1e", "1e+", "1.e5", "0x10", "1.2.3", "--1", "1-2", "NaN",
      "Infinity", "-Infinity", "1_000",
    ])
  func noOtherNumbers(_ text: String) {
    #expect(error(in: text) != nil)
    #expect(error(in: "[\(text)]") != nil)
  }

  @Test(
    "has escapes in its strings",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u4e2d""#, "Aé中"), (#""\ud83d\ude00""#, "😀"),
      (#""\u0000""#, "\0"), (#""é😀""#, "é😀"), (#""\uD83D""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"),
      (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ])
  func escapesStrings3(_ text: String, _ string: String) throws {
    #expect(try JSON.parse(text) == .string(string))
  }

  @Test(
    "has no other strings",
    arguments: [
      #""\x""#, #""\u12""#, #""\u12g4""#, #""\u+123""#, #""\u-123""#, #""\ud83d\n""#, #""abc"#, #""abc\"#, #""\u"#,
      "\"a\nb\"", "\"a\tb\"", "\"a\0b\"", "\"a\u{1F}b\"", "'a'",
    ])
  func noOtherStrings(_ text: String) {
    #expect(error(in: text) != nil)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", " ", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\" 1}", "{\"a\": 1,}",
      "{a: 1}", "{1: 1}", "{\"a\": 1 \"b\": 2}", "[] []", "tru", "nul", "True", "// a\n1", "/* a */ 1", "undefined",
    ])
  func nothingElse3(_ text: String) {
    #expect(error(in: text) != nil)
  }

  @Test(
    "says where it stops being JSON",
    arguments: [
      ("[1,\n 2,\n  x]", 3, 3), ("{\"a\" 1}", 1, 6), ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3), ("", 1, 1), ("[] x", 1, 4),
      ("{\"a\": 01}", 1, 7), ("\"ab", 1, 4), ("[\"a\\x\"]", 1, 5),
    ])
  func saysStopsBeing(_ text: String, _ line: Int, _ column: Int) {
    let error = error(in: text)

    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.description.hasPrefix("line \(line), column \(column): ") == true)
  }

  @Test("shows no control character in a message")
  func showsNoControl() {
    let error = error(in: "\"\\\u{1B}[2J\"")

    #expect(error?.problem.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
  }

  @Test("is nested at most 200 levels deep")
  func nestedMost200() throws {
    let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }

    #expect(error(in: nested(200)) == nil)
    #expect(error(in: nested(201))?.column == 201)
    #expect(error(in: String(repeating: "{\"a\":", count: 1 << 18)) != nil)
    #expect(error(in: String(repeating: "[[]],", count: 2)) != nil)
  }

  @Test("has siblings without limit")
  func siblingsWithoutLimit() throws {
    let text = "[" + Array(repeating: "[]", count: 300).joined(separator: ",") + "]"

    #expect(try JSON.parse(text) == .array(Array(repeating: .array([]), count: 300)))
  }

  @Test("takes the last of two members with one key, as JavaScript does")
  func takesLastTwo() throws {
    let json = try JSON.parse(#"{"a": 1, "a": 2}"#)

    #expect(json["a"] == .number(2))
    #expect(json["b"] == nil)
    #expect(JSON.null["a"] == nil)
  }
}

@Suite("Relaxed JSON")
struct RelaxedJSONTests {
  @Test(
    "may have comments and trailing commas",
    arguments: [
      "// why\n{\"a\": [1, 2,],}", "/* why */ {\"a\": [1, 2]} // end", "{\"a\" /* x */ : [1, /* // */ 2]}",
      "{\"a\": [1, 2]} /**/", "{// a\r\n\"a\": [1,\n// b\n2]}",
    ])
  func mayCommentsTrailing(_ text: String) throws {
    #expect(try JSON.parse(text, relaxed: true)["a"] == .array([.number(1), .number(2)]))
  }

  @Test(
    "is not more relaxed than that",
    arguments: ["[,]", "[1,,]", "{,}", "[1] /* a", "/*/", "/", "[1] / 2", "# a\n1", "// a", "[1,,2]"])
  func notMoreRelaxed(_ text: String) {
    #expect(error(in: text, relaxed: true) != nil)
  }

  @Test("has no comments inside strings")
  func noCommentsInside() throws {
    #expect(try JSON.parse(#""http://a/*b*/""#, relaxed: true) == .string("http://a/*b*/"))
  }
}
