import Console
import Testing

private let commands = [
  CommandSpec(
    "app create", [.required("NAME")],
    [.init("--domain", value: "DOMAIN", isRepeatable: true, "a domain of the app"), .json], "Make an app"),
  CommandSpec("logs", [.optional("DEPLOY")], [.init("--follow", short: "-f", "go on as it is written")], "Show logs"),
  CommandSpec("status", [], [], "Show what runs"),
  CommandSpec("doctor", [], [], "Look for what is wrong", details: "It looks at the disk."),
]

@Suite("The text of --help")
struct HelpTests {
  @Test("of all lists every command with its summary, one below the other")
  func listsEveryCommand() {
    let lines = Help.all(commands).split(separator: "\n").map(String.init)

    #expect(lines.contains("  app create  Make an app"))
    #expect(lines.contains("  logs        Show logs"))
    #expect(lines.contains("  status      Show what runs"))
  }

  @Test("of a group lists its commands alone")
  func group() {
    #expect(
      Help.group("app", of: commands) == """
        Commands:
          app create  Make an app

        'app COMMAND --help' tells more of one.

        """)
  }

  @Test("of one shows its usage and every option")
  func showsUsageEvery() {
    #expect(
      Help.one(commands[0]) == """
        Make an app

        Usage: nextdeploy app create NAME [--domain DOMAIN]... [--json]

        Options:
          --domain DOMAIN  a domain of the app
          --json           print JSON

        """)
    #expect(Help.one(commands[1]).contains("Usage: nextdeploy logs [DEPLOY] [-f|--follow]\n"))
    #expect(Help.one(commands[1]).contains("  -f, --follow  go on as it is written\n"))
  }

  @Test("of a command without options names none")
  func commandWithoutOptions() {
    #expect(Help.one(commands[2]) == "Show what runs\n\nUsage: nextdeploy status\n")
  }

  @Test("of one ends with what else it has to say")
  func endsElseSay() {
    #expect(Help.one(commands[3]) == "Look for what is wrong\n\nUsage: nextdeploy doctor\n\nIt looks at the disk.\n")
  }
}
