import Deploy
import Posix
import TestKit
import Testing

@Suite("nextdeploy env")
struct EnvCommandTests {
  @Test("sets, lists and unsets variables, and shows values only when it is asked to")
  func setAndList() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      try Files.write("# mine\nOLD=1\n", to: "\(sandbox.app())/env", mode: 0o644)

      try sandbox.nextdeploy("env", "set", "A=two words", "B=2", "--run").expectSuccess().expect("Set A, B.")
      try sandbox.nextdeploy(input: "line 1\nline 2\r\n", "secrets", "set", "shop", "KEY", "--build").expectSuccess()
      try sandbox.nextdeploy("env", "set", "NEXT_PUBLIC_X=y", "--run").expectSuccess()
      let list = try sandbox.nextdeploy("env", "list").expectSuccess()
      let shown = try sandbox.nextdeploy("env", "list", "--show").expectSuccess()
      let json = try JSON.parse(try sandbox.nextdeploy("env", "list", "--json").expectSuccess().text)

      list.expect(
        "A              instances\n", "KEY            builds\n", "NEXT_PUBLIC_X  builds and instances\n", "OLD ")
      list.expectNo("two", "line", "y\n")
      shown.expect("A=two words # run only\n", "KEY='line 1\nline 2' # build only\n", "OLD=1\n")
      #expect(!"\(json)".contains("two words"))
      let file = try #require(try Files.text("\(sandbox.app())/env"))
      #expect(file.hasPrefix("# mine\nOLD=1\nA=two words # run only\n"))
      #expect(try Files.status("\(sandbox.app())/env")?.mode == 0o600)

      try sandbox.nextdeploy("env", "unset", "A", "OLD").expectSuccess().expect("Unset A, OLD.")
      try sandbox.nextdeploy("env", "unset", "BB").expect(status: 3).expect(
        "no variable of that name", "Did you mean 'B'?")
      try sandbox.nextdeploy("env", "unset", "B", "NOPE").expect(status: 3)
      let left = try sandbox.nextdeploy("env", "list").expectSuccess()
      left.expect("B ")
      left.expectNo("A  ", "OLD")
    }
  }

  @Test("makes one key for server actions, however many builds ask for the first at once")
  func oneKey() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let line = "for i in 1 2 3 4 5 6 7 8; do nextdeploy env build shop & done; wait"
      let text = try sandbox.run(["sh", "-c", line]).expectSuccess().text

      let key = try #require(try Files.text("\(sandbox.app())/server-actions-key"))
      #expect(text.split(separator: "\n").count { $0 == "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY='\(key)'" } == 8)
    }
  }

  @Test("hands a build elsewhere what shells read back as it was, and GitHub what to mask, with a new id each time")
  func build() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let values = [
        "plain": "a-c", "QUOTES": "it's \"a\" `b`", "DOLLAR": "$HOME ${X:-y} \\$ %41 \\n", "SEVERAL": "1\n#2\n\n",
      ]
      for (name, value) in values {
        try sandbox.nextdeploy(input: value + "\n", "env", "set", "shop", name).expectSuccess()
      }
      // Bash computes what is assigned to the first two, and runs what stands in it; of the third dash takes numbers only.
      for name in ["RANDOM", "HISTCMD", "OPTIND"] {
        try sandbox.nextdeploy("env", "set", "shop", "\(name)=a[$(touch \(sandbox.home)/ran)]").expectSuccess()
      }
      let file = "\(sandbox.home)/build.env"
      let masks = try sandbox.run(["sh", "-c", "nextdeploy env build shop --github 2>&1 > \(file)"]).expectSuccess()
      let again = try sandbox.nextdeploy("env", "build", "shop").expectSuccess()

      masks.expect("::add-mask::it's \"a\" `b`\n", "::add-mask::$HOME ${X:-y} \\$ %2541 \\n\n")
      masks.expectNo("a-c", "SEVERAL", "NEXT_")
      for shell in ["sh", "bash", "dash"] {
        for (name, value) in values {
          let read = try sandbox.run([
            shell, "-c", "set -a; . \(file); exec printenv \(name)",
          ]).expectSuccess()
          #expect(read.text == value + "\n")
        }
      }
      #expect(!Files.exists("\(sandbox.home)/ran"))
      let key = try #require(try Files.text("\(sandbox.app())/server-actions-key"))
      let text = try #require(try Files.text(file))
      for text in [text, again.text] { #expect(text.contains("NEXT_SERVER_ACTIONS_ENCRYPTION_KEY='\(key)'\n")) }
      let ids = try [text, again.text].map { text in
        try DeployID(String(#require(text.firstMatch(of: /\nNEXT_DEPLOYMENT_ID='(.+)'\n/)).output.1))
      }
      #expect(ids[0] != ids[1])
      try sandbox.nextdeploy("env", "build", "nope").expect(status: 3)
      try sandbox.run(["sh", "-c", "nextdeploy env build shop > /dev/full"]).expect(status: 1).expect(
        "writing standard output")
      try sandbox.nextdeploy(input: "dp.st.x", "env", "set", "shop", "DOPPLER_TOKEN").expectSuccess()
      try sandbox.nextdeploy("env", "set", "shop", "DOPPLER_API_HOST=http://127.0.0.1:9").expectSuccess()
      try sandbox.nextdeploy("env", "build", "shop").expect(status: 1).expectNo("NEXT_DEPLOYMENT_ID", "a-c")
    }
  }

  @Test("refuses what would have no effect or cannot be set, and changes nothing then")
  func refusals() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let before = try Files.text("\(sandbox.app())/env")

      try sandbox.nextdeploy("env", "set", "A=1", "PORT=80").expect(status: 2).expect(
        "setting PORT\n  each instance gets a port of its own", "Leave it out")
      try sandbox.nextdeploy("env", "set", "my-secret-value").expect(status: 2).expectNo("my-secret-value")
      try sandbox.nextdeploy(input: "x", "env", "set", "A", "B").expect(status: 2).expect("several values cannot come")
      try sandbox.nextdeploy(input: "a\0b", "env", "set", "A").expect(status: 1).expect("holds a NUL")
      let unset = try sandbox.nextdeploy(input: "A=1\nB=hunter2 $unset\n", "env", "import", "-").expect(status: 1)
      unset.expect("reading standard input", "line 2 refers to a $name", "Write \\$")
      unset.expectNo("hunter2", "unset")
      try sandbox.nextdeploy(input: String(repeating: "x", count: 131_070), "env", "set", "A").expect(status: 1)
        .expect("longer than 128 KiB, the most")

      #expect(try Files.text("\(sandbox.app())/env") == before)
    }
  }

  @Test("loses nothing of many changes at once")
  func concurrent() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()

      let running = try (0..<20).map {
        try sandbox.start(["nextdeploy", "env", "set", "KEY_\($0)=\($0)"], name: "set-\($0)")
      }
      for program in running { try program.wait().expectSuccess() }

      let list = try sandbox.nextdeploy("env", "list").expectSuccess()
      for number in 0..<20 { list.expect("KEY_\(number) ") }
    }
  }

  @Test("asks for a value on a terminal without showing it, whatever happens", arguments: ["answer", "interrupt"])
  func typed(how: String) throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let script = "\(ThisProject.path)/Tests/Fixtures/terminal/typed.py"

      let output = try sandbox.run(["/usr/bin/python3", script, how, "nextdeploy", "env", "set", "API_KEY"])

      try output.expectSuccess()
      output.expect("Value of API_KEY", "echo was off", "echo is on again")
      output.expectNo("typed-secret")
      let shown = try sandbox.nextdeploy("env", "list", "--show")
      #expect(shown.text.contains("API_KEY=typed-secret") == (how == "answer"))
    }
  }

  @Test("takes a value over ssh from a pipe, for the key's own apps only")
  func overSSH() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      _ = try sandbox.createApp("shop")
      _ = try sandbox.createApp("blog")
      let client = try server.addKey("ci", apps: "shop")

      try client.ssh("env set shop API_KEY", input: "piped-secret\n").expectSuccess().expect("Set API_KEY.")
      try client.ssh("env import shop -", input: "OTHER='two words'\n").expectSuccess().expect("Set OTHER.")
      try client.ssh("env import shop /etc/passwd").expect(status: 2).expect("would be looked for on the server")
      try client.ssh("secrets list shop --show").expectSuccess().expect("API_KEY=piped-secret", "OTHER=two words")
      for command in ["env list blog", "env set blog A=1", "env unset blog A", "env import blog -", "restart blog"] {
        try client.ssh(command, input: "").expect(status: 1).expect("only for shop")
      }
    }
  }
}
