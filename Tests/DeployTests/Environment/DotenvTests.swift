@testable import Deploy
import Testing

private func read(_ text: String) throws -> [String: String] {
  try EnvironmentFile(text, source: "apps/shop/env").environment().forReleaseCommand
}

@Suite("A .env file")
struct DotenvTests {
  @Test(
    "is read as Next.js reads it",
    arguments: [
      ("", [:]), ("A=1\nB_2=x y\n", ["A": "1", "B_2": "x y"]), ("# why\n\n  \nA=1", ["A": "1"]), ("A=", ["A": ""]),
      ("A=b=c", ["A": "b=c"]), ("A=1\nA=2", ["A": "2"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
      ("_a=ü", ["_a": "ü"]),
      // The value's first letter is a combining mark.
      ("A=\u{301}x", ["A": "\u{301}x"]), ("\u{feff}A=1", ["A": "1"]),
      ("export A=1\nexport B = 2", ["A": "1", "B": "2"]), ("A: 1", ["A": "1"]), ("  A  =  x  ", ["A": "x"]),
      ("A=x # y", ["A": "x"]), ("A=x#y", ["A": "x"]), ("A='x # y' # z", ["A": "x # y"]),
      ("A=\"x\"", ["A": "x"]), ("A=\" x \"", ["A": " x "]), ("A=`x'\"y`", ["A": "x'\"y"]),
      ("A=\"1\\n2\\r3\"", ["A": "1\n2\r3"]), ("A='1\\n2'", ["A": "1\\n2"]), ("A=1\\n2", ["A": "1\\n2"]),
      ("A=\"1\n2\n\"\nB='3\n4'", ["A": "1\n2\n", "B": "3\n4"]), ("A=\"x\\\"y\"", ["A": "x\\\"y"]),
      ("A=\"x\" y \"z\"", ["A": "x\" y \"z"]), ("A=\nB=2", ["A": "", "B": "2"]),
      ("A=1\nB=$A\nC=${A}2\nD=\\$A", ["A": "1", "B": "1", "C": "12", "D": "$A"]),
      ("A=${B:-x}", ["A": "x"]), ("A='x$'", ["A": "x$"]), ("A=1\nB='$A'", ["A": "1", "B": "1"]),
    ])
  func readNextJs(_ text: String, _ variables: [String: String]) throws {
    #expect(try read(text) == variables)
  }

  @Test(
    "is refused by line number, for the line may be a secret",
    arguments: [
      ("A", "is not KEY=value"), ("=1", "is not KEY=value"), ("A B=1", "is not KEY=value"),
      ("export A", "is not KEY=value"),
      ("Ä=1", "is not KEY=value"), ("1A=1", "has no name that a variable can have"),
      ("A-B=1", "has no name that a variable can have"), ("A.B=1", "has no name that a variable can have"),
      ("A=\"x", "begins its value with a quote (\") that does not end it"),
      ("A='it' is", "begins its value with a quote (') that does not end it"),
      ("A=pa$word", "refers to a $name that the file does not set"),
      ("A='pa$word'", "refers to a $name that the file does not set"),
      ("A=x\0y", "holds a NUL, which no variable can"),
      ("A=$A", "refers to itself: its $names have no end"), ("A=$B\nB=$A", "refers to itself: its $names have no end"),
    ])
  func refusedLineNumber(_ line: String, _ cause: String) {
    let error = #expect(throws: Failure.self) { try read("OK=1\n\n\(line)\nOK=2\n") }

    #expect(error?.attempt == "reading apps/shop/env")
    #expect(error?.cause == "line 3 \(cause)")
    #expect(error?.next.isEmpty == false)
  }

  @Test("that is imported sets nothing that would have no effect")
  func importedSetsNothing() throws {
    let values = try EnvironmentFile.imported(Array("A=1 # run only\nB=2\nA=3".utf8), source: "x").map { "\($0)=\($1)" }
    let error = #expect(throws: Failure.self) {
      try EnvironmentFile.imported(Array("A=1\nPORT=3000".utf8), source: "x")
    }

    #expect(values == ["A=3", "B=2"])
    #expect(error?.cause == "line 2 sets PORT, which has no effect here: each instance gets a port of its own")
  }
}

@Suite("A file that is not text")
struct FileNoTextTests {
  @Test(
    "is refused by the line that is wrong",
    arguments: [("A=1\nB=", [0xff], 2), ("A=1\nB=\u{fffd}\nC=", [0xc3], 3), ("", [0xed, 0xa0, 0x80], 1)]
      as [(String, [UInt8], Int)])
  func refusedLineWrong(_ before: String, _ bytes: [UInt8], _ line: Int) {
    let error = #expect(throws: Failure.self) {
      try EnvironmentFile(Array(before.utf8) + bytes + [0x0a], source: "env")
    }

    #expect(error?.cause == "line \(line) is not UTF-8")
  }
}

@Suite("The env file")
struct EnvFileTests {
  private static let odd = [
    "", "x", " ", " x ", "#", "a # b", "a#b", "'", "\"", "`", "it's", "say \"hi\"", "both ' and \"", "'\"`", "$", "$A",
    "${A}", "\\$A",
    "\\\\$A", "$$", "a\\", "a\\\\", "a\\n", "a\nb", "a\r\nb", "\n", "a\n", "\na", "\\", "\"a\"", "'a'", "`a`", "a=b",
    "A=b\nC=d",
    "-----BEGIN KEY-----\nab+/=\n-----END KEY-----\n", "{\"a\": \"it's\\n\", \"b\": 1}", "ü\u{301}", "\u{301}x",
    "\u{feff}x", "\u{a0}x",
    "x\u{2028}y", "\"unclosed", "'un\nclosed", "a\\\"b", "\\\"\n'", "export A=1", "😀", "\t", "a\t#\tb", "\\n\n",
    "'\n\"\n", "\"'\\n",
  ]

  @Test("gives a value back as it was set", arguments: odd)
  func givesValueBack(_ value: String) throws {
    var file = EnvironmentFile("# mine\nFIRST=1\n", source: "env")

    try file.set(VariableName("KEY"), to: value, .run)
    try file.set(VariableName("LAST"), to: "2", nil)

    let environment = try file.environment()
    #expect(environment.variables["KEY"].map { Array($0.value.unicodeScalars) } == Array(value.unicodeScalars))
    #expect(environment.variables["KEY"]?.scope == .run)
    #expect(environment.forBuilds == ["FIRST": "1", "LAST": "2"])
  }

  @Test("gives any value back, or refuses it")
  func givesAnyValue() throws {
    // The same values each time: how many are refused would else be a matter of luck.
    var random = SameNumbers()
    let pieces = ["'", "\"", "`", "\\", "$", "#", "\n", "\r", " ", "a", "=", "{", "}", ":-", "A", "\\n", "\u{2029}"]
    var refused = 0
    for _ in 0..<3000 {
      let value = (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      var file = EnvironmentFile("A=1\n", source: "env")
      do { try file.set(VariableName("KEY"), to: value, .build) } catch {
        refused += 1
        continue
      }
      let read = try file.environment().variables["KEY"]?.value
      #expect(read.map { Array($0.unicodeScalars) } == Array(value.unicodeScalars), "\(value.debugDescription)")
    }
    #expect(refused < 300)
  }

  /// A linear congruential generator (Knuth's MMIX).
  private struct SameNumbers: RandomNumberGenerator {
    private var state: UInt64 = 2

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 32
    }
  }

  @Test("keeps what an admin wrote around a variable that changes")
  func keepsAdminWrote() throws {
    var file = EnvironmentFile(
      "# one\nexport A=1 # mine\n\nB='x\ny' # run only\n# two\nA=2\n  C=$B\n# end", source: "env")

    try file.set(VariableName("B"), to: "z", nil)
    try file.set(VariableName("A"), to: "3", .build)
    _ = try file.unset("C")
    try file.set(VariableName("D"), to: "", nil)

    #expect(file.text == "# one\n\nB=z # run only\n# two\nA=3 # build only\n# end\nD=\n")
    #expect(try file.unset("C") == false)
  }

  @Test("says who sees a variable; builds see what goes to every visitor")
  func saysSeesVariable() throws {
    var file = EnvironmentFile(
      "A=1\nB=2 # build only\nC=3 # run only\nNEXT_PUBLIC_D=4 # run only\nE=5 # run\n", source: "env")
    try file.set(VariableName("NEXT_PUBLIC_F"), to: "6", .run)

    let environment = try file.environment()

    #expect(environment.forBuilds.keys.sorted() == ["A", "B", "E", "NEXT_PUBLIC_D", "NEXT_PUBLIC_F"])
    #expect(environment.forInstances.keys.sorted() == ["A", "C", "E", "NEXT_PUBLIC_D", "NEXT_PUBLIC_F"])
    #expect(environment.forReleaseCommand.count == 6)
    #expect(file.text.hasSuffix("NEXT_PUBLIC_F=6\n"))
  }

  @Test("takes no more than a program can be given")
  func takesNoMore() throws {
    var file = EnvironmentFile("", source: "env")
    let long = String(repeating: "x", count: 131_072 - 5)
    try file.set(VariableName("A1"), to: long + "y", nil)

    let tooLong = #expect(throws: Failure.self) { try file.set(VariableName("A2"), to: long + "yz", nil) }
    for number in 3...9 { try file.set(VariableName("A\(number)"), to: long, nil) }
    let tooMuch = #expect(throws: Failure.self) { try file.set(VariableName("B1"), to: long, nil) }
    let imported = #expect(throws: Failure.self) {
      try EnvironmentFile("X=1\nA2=\(long)yz", source: "env").environment()
    }
    #expect(imported?.cause == "line 2 makes A2 longer than 128 KiB, the most that a variable can be")
    let nul = #expect(throws: Failure.self) { try file.set(VariableName("C"), to: "a\0b", nil) }

    #expect(tooLong?.cause == "the value makes A2 longer than 128 KiB, the most that a variable can be")
    #expect(tooMuch?.cause.contains("1024 KiB") == true)
    #expect(nul?.cause == "the value holds a NUL, which no variable can")
  }

  @Test(
    "accepts no name that would have no effect, and reveals no value given in a name's place",
    arguments: ["PORT", "HOSTNAME", "HOME", "NEXT_DEPLOYMENT_ID", "1A", "A-B", "", "A B", "hunter2 is my secret"])
  func takesNoName(_ name: String) {
    let error = #expect(throws: Failure.self) { try VariableName(name) }

    #expect(error?.kind == .usage)
    #expect(error?.description.contains("hunter2") == false)
  }
}
