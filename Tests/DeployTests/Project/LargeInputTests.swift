@testable import Deploy
import Testing

/// What a push can hold as a file that is read: each takes a moment, whatever is in it. The times are a hundred times
/// what they take, and far less than what takes the square of a file's length.
@Suite("A large file that is read")
struct LargeInputTests {
  private func quickly(_ body: () throws -> Void) throws {
    let start = ContinuousClock.now
    try body()
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("of variables may be mostly nothing", arguments: ["\n", " \n", "\u{2028}", "#\n"])
  func variablesMayMostly(_ line: String) throws {
    try quickly {
      let nothing = String(repeating: line, count: 300_000)
      let dotenv = try Dotenv("A=1\n\(nothing)\nB=2\n\(nothing)# end", source: "x")
      #expect(dotenv.entries.map(\.name) == ["A", "B"])
      #expect(dotenv.entries.last?.value == "2")
    }
  }

  @Test("of variables may be one value full of quotes")
  func variablesMayValue() throws {
    try quickly {
      let value = String(repeating: "\\\"", count: 600_000)
      let entries = try Dotenv("A=\"\(value)\"", source: "x").entries
      #expect(entries.count == 1)
    }
  }

  @Test("of variables is refused where it is larger than what they can be")
  func variablesRefusedLarger() {
    #expect(throws: Failure.self) { try Dotenv(String(repeating: "\n", count: (2 << 20) + 1), source: "x") }
  }

  @Test("of variables is refused where they stand for more than a program can be given")
  func variablesRefusedStand() throws {
    let names = (0..<10_000).map { "B\($0)=$A$A" }.joined(separator: "\n")
    try quickly {
      let error = #expect(throws: Failure.self) {
        try EnvironmentFile("A=\(String(repeating: "x", count: 60_000))\n\(names)", source: "env").environment()
      }
      #expect(error?.cause.contains("longer than 1024 KiB") == true)
    }
  }

  @Test("of variables may name as many as there is space for")
  func variablesMayName() throws {
    let text = (0..<80_000).map { "N\($0)=\n" }.joined()
    try quickly {
      let names = try EnvironmentFile.imported(Array(text.utf8), source: "x")
      #expect(names.count == 80_000)
    }
  }

  @Test("as an example may name very many variables")
  func exampleMayName() throws {
    let text = (0..<200_000).map { "N\($0)=\n" }.joined()
    let tree = try MemoryTree(["package.json": #"{"scripts": {"start": "node x.js"}}"#, ".env.example": text])
    let plan = try Plan(tree, toolbox: FakeToolbox())
    try quickly {
      let unset = try UnsetVariables.find(in: tree, plan.app, AppEnvironment())
      #expect(unset?.names.count == 200_000)
    }
  }

  @Test("as a lockfile may be nothing but short lines", arguments: ["a\n", "\"a\": {\n"])
  func lockfileMayShort(_ line: String) throws {
    let lockfile = Lockfile(.npm, String(repeating: line, count: (2 << 20) / line.utf8.count))
    let place = Array(repeating: "a", count: 400)
    try quickly { #expect(lockfile.version(of: "next", range: "1", for: "web", in: place) == nil) }
  }

  @Test("as a lockfile may be full of links")
  func lockfileMayFull() throws {
    let links = (0..<20_000).map { #""node_modules/n\#($0)": {"link": true, "resolved": "packages/p\#($0)"}"# }
    let locked = try #require(LockedPackages(#"{"packages": {\#(links.joined(separator: ","))}}"#))
    try quickly { #expect(locked.origin(ofProgram: "tsx", in: .top) == .absent) }
  }
}
