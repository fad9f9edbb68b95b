@testable import Deploy
import Testing

@Suite("A script's command")
struct WorkTests {
  @Test(
    "is a program where the shell would change nothing",
    arguments: [
      "node server.js", "  node   server.js  ", "next start -p 3000", "node --enable-source-maps a/b.mjs",
    ])
  func programShellWould(_ script: String) {
    let words = script.split(separator: " ").map(String.init)

    #expect(Work(script: script) == .program(words))
  }

  @Test(
    "is the shell's where it would",
    arguments: [
      "A=1 node server.js", "node 'a b.js'", "node \"a\"", "node a && node b", "node a; node b", "node a | cat",
      "node $FILE", "node `which a`", "node *.js", "node a > log", "node ~/a", "(node a)", "node a &", "node a\\ b",
      "node a # why", "node a\nnode b", "", "   ",
      // A tab parts words too, and a line may end as on Windows.
      "node\tserver.js", "node a\r\nnode b",
      // The shell's own commands are no programs.
      "exec node server.js", "cd server", ". ./env", "export A", "ulimit -n 4096",
    ])
  func shellWould3(_ script: String) {
    #expect(Work(script: script) == .shell(script))
    #expect(Work(script: script).arguments == ["/bin/sh", "-c", script])
  }
}
