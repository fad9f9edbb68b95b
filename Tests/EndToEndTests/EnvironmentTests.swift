import Deploy
import Posix
import TestKit
import Testing

@Suite("An app's environment")
struct EnvironmentTests {
  @Test("gives programs the longest values that it takes")
  func longest() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      for name in ["A", "B", "C"] {
        try sandbox.nextdeploy(input: String(repeating: "x", count: 131_069), "env", "set", name).expectSuccess()
      }
      try project.commit(
        "One",
        App.node(
          "",
          extra: [
            "server.js": App.server("answer.end(String(process.env.C.length))"),
            "nextdeploy.json": #"{"build": "printenv A | wc -c"}"#,
          ]))

      try project.push().expectSuccess().expect("    131070")

      #expect(try sandbox.get() == "131069")
    }
  }

  @Test("gives run-time values to the live release without downtime or a build, and says when they are needed")
  func apply() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("restart").expect(status: 3).expect("nothing of it is live yet")
      try sandbox.nextdeploy("rebuild").expect(status: 3).expect("nothing of it is live yet")
      try sandbox.nextdeploy("env", "set", "COLOUR=blue", "--apply").expectSuccess().expect(
        "the next push takes it over")
      try project.commit(
        "One",
        App.node(
          "",
          extra: [
            "server.js": App.server("answer.end(`${process.env.COLOUR} ${process.env.TOKEN}`)"),
            "nextdeploy.json": #"{"build": "echo built >> \#(sandbox.home)/builds"}"#,
          ]))
      try project.push().expectSuccess()
      let release = try #require(try sandbox.liveRelease())

      try sandbox.nextdeploy("env", "set", "COLOUR=green", "--run").expectSuccess()
        .expect("Builds see it", "now: 'nextdeploy restart shop'")
      #expect(try sandbox.get() == "blue undefined")
      try sandbox.nextdeploy("status").expectSuccess()
        .expect("environment  changed since the live release was built: 'nextdeploy rebuild shop'")
      try sandbox.nextdeploy("rebuild", "shop").expectSuccess()
      #expect(try sandbox.get() == "green undefined")
      try sandbox.nextdeploy("status").expectSuccess().expectNo("environment")

      try sandbox.nextdeploy("env", "set", "TOKEN=1", "--run").expectSuccess().expectNo("Builds see it")
      try sandbox.nextdeploy("status").expectSuccess()
        .expect("environment  changed since the live release was started: 'nextdeploy restart shop'")
      let load = try sandbox.start(["hey", "-z", "3s", "-c", "10", try sandbox.url()], name: "load")
      let applied = try sandbox.nextdeploy("env", "set", "TOKEN=2", "--apply").expectSuccess()
      let report = try load.wait().expectSuccess()
      report.expect("[200]")
      report.expectNo("Error distribution", "[502]", "[503]")
      applied.expect("boot", "health", "route", "drain", "live: ")
      applied.expectNo("checkout", "build ")
      #expect(try sandbox.get() == "green 2")
      #expect(try sandbox.lastDeploy()?["kind"]?.string == "restart")
      try sandbox.nextdeploy("status").expectSuccess().expectNo("environment")

      try sandbox.nextdeploy("env", "set", "TOKEN=2", "--apply").expectSuccess().expect("nothing is started again")
      try sandbox.nextdeploy("env", "set", "TOKEN=3").expectSuccess().expect("now: 'nextdeploy restart shop'")
      try sandbox.nextdeploy("env", "set", "TOKEN=3", "--apply").expectSuccess().expect("live: ")
      #expect(try sandbox.get() == "green 3")

      try sandbox.nextdeploy("env", "unset", "TOKEN").expectSuccess()
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(try sandbox.get() == "green undefined")
      #expect(try Files.text("\(sandbox.home)/builds") == "built\nbuilt\n")
      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try sandbox.liveRelease() == release, "restarts are no releases to go back to")
    }
  }

  @Test("keeps the old values live where the app does not start with the new ones")
  func failingApply() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        App.node(
          "", extra: ["server.js": "if (process.env.BREAK) process.exit(9)\n" + App.server("answer.end('fine')")]))
      try project.push().expectSuccess()

      try sandbox.nextdeploy("env", "set", "BREAK=1", "--run", "--apply").expect(status: 1)
        .expect("exit code 9", "is still live", "The new values are saved all the same")

      #expect(try sandbox.get() == "fine")
      #expect(try sandbox.releases().count == 1)
      try sandbox.nextdeploy("env", "unset", "BREAK", "--apply").expectSuccess()
      #expect(try sandbox.get() == "fine")
    }
  }

}

@Suite("A .env file", .enabled(if: Registry.answers, "no npm registry answers"))
struct DotenvTests {
  /// Each is read by Next.js's own code and by ours.
  private static let files = [
    "A=1", "export A=1\nexport  B = 2\n", "A = x \nB= 'y' \n\n", "A: yaml\nB : 2", "A=", "A=\nB='x'", "A=\n'x'",
    "A=\n\n# c\n\"x\ny\"",
    "A=x # c", "A=x#c", "A='x # c'#d", "A=\"x\" # c", "A=\"x # c", "# only\n\n", "A=\"a\\nb\\rc\\td\"", "A='a\\nb'",
    "A=a\\nb", "A=`a\\nb`",
    "A=\"it's `x`\"", "A='say \"x\"'", "A=`it's \"x\"`", "A=\"x\ny\n\nz\"\nB=1", "A='x\r\ny'\r\nB=2\r\n", "A=1\rB=2",
    "A=\"x\\\"y\"", "A='x\\'y'",
    "A=\"x\\\" # y\"", "A='a' 'b'", "A=\"a\" b \"c\"", "A=\"a\"\"b\"", "A=''", "A=\"\"", "A=``", "A=\"'x'\"",
    "A='\"x\"'", "A=x\ty", "\tA=1", "\u{feff}A=1",
    "A=\u{a0}x\u{a0}", "A=ü\u{301}", "A=\u{301}", "A=1\nA=2", "A=$$", "A=\\$", "A=\\$B", "A=1\nB=$A", "A=1\nB=${A}",
    "A=1\nB='$A'", "A=1\nB=\"x${A}y$A\"",
    "B=$A\nA=1", "A=${B:-x}", "A=${B:-}", "B=\nA=${B:-x}", "B=1\nA=${B:-x}", "A=$B:-x y", "A=${B:-$C}\nC=3",
    "A=1\nB=$A$", "A=1\nB=$A $ ", "A=1\nB=\\$A$A",
    "A=1\nB=$A\\$A", "A=\\\\$B\nB=1", "A=$1\n_=2", "A=a$$b\nb=1", "A=x\nB=$A_\nA_=2", "A=$B\nB=$C\nC=3", "A=1\nB=${A",
    "A=1\nB=${A}}", "A='$&'\nB=\\$&x",
    "A='\\$\\$x'\nB=1$A2\nA2='\\$&'", "export =1\nA=2", "export export=1", "A=export B=2", "A==b=c",
    "A=http://x/?a=b&c=d#e", "A=\"multi\n# no comment\n\"",
    "A=1\n  \n\t\nB=2", "A=\"\n\"", "A='\n'\nB=`\n`", "A=b'c'd", "A=b \"c\" d", "A=1 B=2", "A=[1, 2]", "A={\"x\": 1}",
    "A='{\"x\": \"it\\'s\"}'", "A=\\", "A=\\\\n", "A=\"\\\\n\"",
  ]

  @Test("is read as Next.js reads it, or refused")
  func differential() throws {
    try Sandbox.run { sandbox in
      let directory = "\(sandbox.home)/next-env"
      try Files.makeDirectory(directory)
      try sandbox.run(
        ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", directory, "@next/env@16.4.5"],
        in: directory
      ).expectSuccess()
      for (index, text) in Self.files.enumerated() {
        try Files.makeDirectory("\(directory)/\(index)")
        try Files.write(text, to: "\(directory)/\(index)/.env", durable: false)
      }
      let script = "\(ThisProject.path)/Tests/Fixtures/dotenv/read.js"
      let output = try sandbox.run(["env", "-i", try node(sandbox), script, directory, String(Self.files.count)])
        .expectSuccess()
      guard case .array(let expected) = try JSON.parse(output.text) else {
        throw Failure("reading", "no list", next: "")
      }
      var refused: [String] = []

      for (text, expected) in zip(Self.files, expected) {
        let environment: AppEnvironment
        do { environment = try EnvironmentFile(text, source: "x").environment() } catch {
          refused.append(text)
          continue
        }
        let read = environment.variables.mapValues { Array($0.value.unicodeScalars) }
        let wanted = Dictionary(
          uniqueKeysWithValues: (expected.members ?? []).map { ($0.key, Array(($0.value.string ?? "").unicodeScalars)) }
        )
        #expect(read == wanted, "\(text.debugDescription)")
      }
      // What Next.js would make nothing of, or what is no value of a kind that anybody means.
      #expect(
        refused == [
          "A: yaml\nB : 2", "A=\n\n# c\n\"x\ny\"", "A=\"x # c", "A=$1\n_=2", "A=a$$b\nb=1",
        ])
    }
  }

  private func node(_ sandbox: Sandbox) throws -> String {
    String(try sandbox.run(["node", "-p", "process.execPath"]).expectSuccess().text.dropLast())
  }
}
