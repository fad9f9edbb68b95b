import Console
import Deploy
import Testing

private let domain = CommandSpec.Option("--domain", value: "DOMAIN", isRepeatable: true, "a domain of the app")
private let follow = CommandSpec.Option("--follow", short: "-f", "go on as it is written")
private let commands = [
  CommandSpec("app create", [.required("NAME")], [domain], "Make an app"),
  CommandSpec("app list", [], [.json], "List the apps"),
  CommandSpec("config set", [.required("KEY"), .required("VALUE")], [.app], "Change a setting"),
  CommandSpec("env set", [.repeated("KEY[=VALUE]")], [.app], "Set variables"),
  CommandSpec("hook post-receive", [], [], "Run by git", isHidden: true),
  CommandSpec("logs", [], [.app, follow], "Show the logs"),
  CommandSpec("rollback", [.optional("RELEASE")], [.app], "Go back"),
  CommandSpec("version", [], [], "Print the version"),
]

private func run(_ line: String...) throws -> Invocation? {
  if case .run(let invocation) = try Invocation.parse(line, commands) { invocation } else { nil }
}

private func failure(_ line: [String]) -> Failure? {
  do throws(Failure) {
    _ = try Invocation.parse(line, commands)
    return nil
  } catch { return error }
}

@Suite("A command line")
struct InvocationTests {
  @Test("is a command with its arguments and options, in any order")
  func commandArgumentsOptions() throws {
    let lines = [
      ["config", "set", "keep", "3", "--app", "shop"], ["config", "set", "--app", "shop", "keep", "3"],
      ["config", "set", "keep", "--app=shop", "3"],
    ]

    for line in lines {
      guard case .run(let invocation) = try Invocation.parse(line, commands) else {
        Issue.record("\(line) is not run")
        continue
      }
      #expect(invocation.command == "config set")
      #expect(invocation.arguments == ["keep", "3"])
      #expect(invocation.value(.app) == "shop")
    }
  }

  @Test("may leave out what is optional")
  func mayLeaveOut() throws {
    let invocation = try #require(try run("rollback"))

    #expect(invocation.argument(0) == nil)
    #expect(invocation.value(.app) == nil)
    #expect(!invocation.has(.app))
    #expect(try run("rollback", "20261123-154512")?.argument(0) == "20261123-154512")
  }

  @Test("repeats only options that are made for it")
  func repeatsOptionsMade() throws {
    let invocation = try #require(try run("app", "create", "shop", "--domain", "a.b", "--domain=c.d"))

    #expect(invocation.values(domain) == ["a.b", "c.d"])
    #expect(failure(["logs", "--app", "a", "--app", "b"])?.cause == "--app is given twice")
  }

  @Test("has a last argument that can be given more than once")
  func lastArgumentCan() throws {
    #expect(try run("env", "set", "A=1", "B=2", "C")?.arguments == ["A=1", "B=2", "C"])
    #expect(failure(["env", "set"])?.cause == "KEY[=VALUE] is missing")
    #expect(failure(["env", "set"])?.next == "Usage: nextdeploy env set KEY[=VALUE]... [--app NAME]")
    guard
      case .run(let invocation) = try Invocation.parse(
        ["secrets", "set", "shop", "A=1"], commands, isApp: { $0 == "shop" })
    else { throw Failure("parsing", "it is not run", next: "") }
    #expect(invocation.command == "env set", "secrets is another word for it")
    #expect(invocation.value(.app) == "shop")
    #expect(invocation.arguments == ["A=1"])
    // What could be an app's name is one, also where the asker has no such app: it is never taken for a variable's.
    #expect(try run("env", "set", "blog", "A=1")?.value(.app) == "blog")
  }

  @Test("takes what follows -- for arguments")
  func takesFollowsArguments() throws {
    #expect(try run("config", "set", "--app", "a", "--", "--key", "-x")?.arguments == ["--key", "-x"])
    #expect(try run("app", "create", "-")?.arguments == ["-"])
  }

  @Test("knows an option by its short name, too")
  func knowsOptionShort() throws {
    #expect(try run("logs", "-f")?.has(follow) == true)
    #expect(try run("logs")?.has(follow) == false)
  }

  @Test("keeps what follows the first = of an option")
  func keepsFollowsFirst() throws {
    #expect(try run("logs", "--app=a=b")?.value(.app) == "a=b")
    #expect(try run("logs", "--app=")?.value(.app) == "")
  }

  @Test("takes any word for an option's value")
  func takesAnyWord() throws {
    #expect(try run("logs", "--app", "--follow")?.value(.app) == "--follow")
  }

  @Test(
    "that is wrong says why, and what was meant",
    arguments: [
      (["logs", "--ap", "a"], "there is no option '--ap'", "Did you mean '--app'?"),
      (["logs", "-x"], "there is no option '-x'", nil),
      (["logs", "--folow=1"], "there is no option '--folow'", "Did you mean '--follow'?"),
      (["version", "--app", "a"], "there is no option '--app'", "It takes no options."),
      (["logs", "--follow=1"], "--follow takes no value", nil), (["logs", "--app"], "--app needs a value", nil),
      (["config", "set"], "KEY is missing", "Usage: nextdeploy config set KEY VALUE [--app NAME]"),
      (["config", "set", "keep"], "VALUE is missing", nil), (["app", "create"], "NAME is missing", nil),
      (["version", "now"], "'now' is one argument too many", nil),
      (["rollback", "a", "b", "c\n"], "'c\u{FFFD}' is one argument too many", nil),
      (["rolback"], "there is no command 'rolback'", "Did you mean 'rollback'? 'nextdeploy --help' shows them all."),
      (
        ["app", "craete", "x"], "there is no command 'app craete'",
        "Did you mean 'create'? 'nextdeploy app --help' shows them all."
      ),
      (["app", "--create"], "there is no command 'app --create'", nil), ([""], "there is no command ''", nil),
      (["--app", "a", "logs"], "there is no command '--app'", nil), (["hook"], "there is no command 'hook'", nil),
    ] as [([String], String, String?)])
  func wrongSaysWhy(_ line: [String], _ cause: String, _ next: String?) {
    let failure = failure(line)

    #expect(failure?.kind == .usage)
    #expect(failure?.exitCode == 2)
    // What prints it begins with the program's name.
    #expect(failure?.attempt.hasPrefix("reading ") == true)
    #expect(failure?.cause == cause)
    if let next { #expect(failure?.next == next) }
  }

  @Test(
    "asks for help",
    arguments: [
      ([], nil), (["--help"], nil), (["-h"], nil), (["help"], nil), (["logs", "--help"], "logs"),
      (["app", "create", "-h"], "app create"), (["logs", "--app", "a", "--help"], "logs"),
    ] as [([String], String?)])
  func asksHelp3(_ line: [String], _ command: String?) throws {
    #expect(try Invocation.parse(line, commands) == .help(command))
  }

  @Test(
    "asks for the help of a group of commands by its name",
    arguments: [
      (["app"], "app"), (["app", "--help"], "app"), (["config", "-h"], "config"), (["app", "--help", "create"], "app"),
      (["secrets"], "env"),
    ] as [([String], String)])
  func asksGroup(_ line: [String], _ group: String) throws {
    #expect(try Invocation.parse(line, commands) == .groupHelp(group))
  }

  @Test(
    "names its app with --app, or before its other arguments",
    arguments: [
      (["logs", "shop"], ["shop"], []), (["rollback", "shop"], ["shop"], []), (["rollback", "r1"], [], ["r1"]),
      (["rollback", "shop", "r1"], ["shop"], ["r1"]), (["rollback", "blog", "r1"], ["blog"], ["r1"]),
      (["rollback", "shop", "--app", "blog"], ["blog"], ["shop"]), (["logs", "-f", "blog"], ["blog"], []),
      (["config", "set", "shop", "keep", "3"], ["shop"], ["keep", "3"]),
      (["config", "set", "shop", "3"], [], ["shop", "3"]), (["app", "create", "shop"], [], ["shop"]),
    ] as [([String], [String], [String])])
  func namesAppApp(
    _ line: [String], _ app: [String], _ arguments: [String]
  ) throws {
    guard case .run(let invocation) = try Invocation.parse(line, commands, isApp: { $0 == "shop" }) else {
      Issue.record("it runs nothing")
      return
    }

    #expect(invocation.values(.app) == app)
    #expect(invocation.arguments == arguments)
  }

  @Test("asks for no help behind --")
  func asksNoHelp() throws {
    #expect(try run("app", "create", "--", "--help")?.arguments == ["--help"])
  }

  @Test("asks for the version")
  func asksVersion3() throws {
    #expect(try Invocation.parse(["--version"], commands) == .version)
  }
}
