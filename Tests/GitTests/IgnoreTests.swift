import Deploy
import Git
import Posix
import TestKit
import Testing

/// git itself says what is right.
@Suite("What .gitignore names stays in the workspace")
struct IgnoreTests {
  private static let left = [
    "a.log", "build/x", "build/y/z", "d/a.log", "d/b.log", "d/build/x", "d/e/a.log", "d/e/f/g", "d/e/x.txt", "#hash",
    "!bang", "a b", "end ", "x", "X", "x]", "x-y", "[ab]", "a1", "b2", "c3", "*", "back\\slash", "caf\u{E9}", "foobar",
    "foo/bar", "foo/q/bar", "foo/q/r/bar", "tmp/keep/x", "tmp/x", "logs/keep.txt", "logs/x.txt",
  ]

  @Test(
    "as git understands it",
    arguments: [
      "*.log", "/a.log", "build", "build/", "/build/", "d/build", "d/*.log", "d/**/a.log", "**/f", "d/**", "d/**/e/",
      "foo/**/bar", "**/bar", "/**", "*\n!*/\n!x.txt\n", "*.log\n!a.log", "d/*\n!d/e\nd/e/*\n!d/e/x.txt",
      "tmp/\n!tmp/keep", "tmp/*\n!tmp/keep", "logs/*\n!logs/keep.txt\n", "\\#hash\n#a.log", "\\!bang", "a\\ b", "end ",
      "end\\ ", "?", "[xX]", "[!x]", "[^a-c]?", "[a-b]*", "x]", "[]x]", "[x", "\\[ab\\]", "[[:digit:]a][[:digit:]]",
      "[[:upper:]]", "\\*", "back\\\\slash", "caf*", "*o*b*r", "a.log\r\nx\r\n", "\u{FEFF}a.log", "/", "//", "d//e",
      "\\", "!", "***", "d/***", "f**r", "[a-]*", "[\\]]*", "", "\n\n \n",
    ])
  func gitUnderstands3(_ text: String) throws {
    let sandbox = try GitSandbox()
    try sandbox.write(".gitignore", text)
    try sandbox.write("package.json", "{}")
    let commit = try sandbox.push("first")
    try sandbox.checkout(commit)
    for path in Self.left {
      try sandbox.leave(path)
      try sandbox.write(path, "left by a build")
    }
    let ignored = try sandbox.git("-c", "core.quotePath=false", "ls-files", "-z", "-o", "-i", "--exclude-standard")

    try sandbox.checkout(commit)

    let kept = Set(ignored.split(separator: "\0").map(String.init))
    #expect(try Set(sandbox.paths()) == kept.union([".gitignore", "package.json"]))
  }

  @Test("in directories too, the nearest having the last word, and no build's")
  func directoriesNearestHaving() throws {
    let sandbox = try GitSandbox()
    try sandbox.write(".gitignore", "*.log\n/d/*.tmp\n")
    try sandbox.write("d/.gitignore", "!keep.log\n/e/cache\n")
    try sandbox.write("d/e/.gitignore", "keep.log\n")
    let commit = try sandbox.push("first")
    try sandbox.checkout(commit)
    let kept = ["a.log", "d/x.tmp", "d/e/keep.log", "d/e/cache/x", "f/a.log"]
    for path in kept + ["d/keep.log", "d/e/x.tmp", "cache/x", "f/keep", "f/.gitignore"] { try sandbox.leave(path, "*") }
    // A pipe in a file's place is not waited for.
    try Files.remove("\(sandbox.workspace)/.gitignore")
    try runProgram(["mkfifo", "\(sandbox.workspace)/.gitignore"])

    try sandbox.checkout(commit)

    #expect(try sandbox.paths().sorted() == ([".gitignore", "d/.gitignore", "d/e/.gitignore"] + kept).sorted())
  }

  @Test("but goes where it was the last commit's")
  func butGoesLast() throws {
    let sandbox = try GitSandbox()
    for path in ["dist/x", "dist/y", "a.log"] { try sandbox.write(path, "1") }
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.leave("dist/built")
    for path in ["dist", "a.log"] { try sandbox.remove(path) }
    try sandbox.write(".gitignore", "dist\n*.log\n")

    let count = try sandbox.checkout(sandbox.push("second"))

    #expect(try sandbox.paths() == [".gitignore", "dist/built"])
    #expect(count == 4)
  }
}
