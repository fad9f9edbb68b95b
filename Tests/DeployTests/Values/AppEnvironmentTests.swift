@testable import Deploy
import Testing

@Suite struct `An app's environment` {
  @Test(arguments: [
    ("A=1\nB_2=x y\n", ["A": "1", "B_2": "x y"]), ("# why\n\n  \nA=1", ["A": "1"]), ("A=", ["A": ""]),
    ("A=b=c", ["A": "b=c"]), ("A=1\nA=2", ["A": "2"]), ("A=\"q\"", ["A": "\"q\""]), ("", [:]),
    ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]), ("_a=ü", ["_a": "ü"]),
    // The value's first letter is a combining mark.
    ("A=\u{301}x", ["A": "\u{301}x"]),
  ])
  func `is read one KEY=value a line`(_ text: String, _ variables: [String: String]) throws {
    #expect(try AppEnvironment(text, path: "env").variables == variables)
  }

  @Test(arguments: ["A", "=1", "1A=1", "A B=1", "export A=1", "Ä=1", "A-B=1", "A=1\u{0}2", " A=1"])
  func `is refused by line number, for the line may be a secret`(_ line: String) {
    let error = #expect(throws: Failure.self) { try AppEnvironment("OK=1\n\(line)\n", path: "apps/shop/env") }

    #expect(error?.attempt == "reading apps/shop/env")
    #expect(error?.cause == "line 2 is not KEY=value")
  }
}
