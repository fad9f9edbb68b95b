import TestKit
import Testing

@testable import Deploy

@Suite("What a program is given")
struct ProgramEnvironmentTests {
  @Test("is what the documentation says")
  func documented() throws {
    let text = try ThisProject.text("docs/configuration.md")
    let section = try #require(text.split(separator: "\n## What programs see of the environment\n").last)
    let documented = section.split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }

    #expect(documented.map(String.init) == ProgramEnvironment.table)
  }

  @Test(
    "are not values of the app's for names that are taken", arguments: AppProgram.allCases.filter { $0 != .elsewhere })
  func takenNames(_ program: AppProgram) throws {
    let names = ProgramEnvironment.taken.keys.filter { !["HOME", "USER", "TMPDIR"].contains($0) }
    let own = AppEnvironment(
      Dictionary(uniqueKeysWithValues: names.map { ($0, AppEnvironment.Variable("the app's own")) }))
    var given = ProgramEnvironment(program, own, base: ["PATH": "/usr/bin", "USER": "dev"])
    given.place = (["/bins"], "/app")
    given.isNext = true
    given.identity = ["NEXT_DEPLOYMENT_ID": "20261123-154512"]
    given.listening = (try Port("3001"), "127.0.0.1")

    let variables = given.variables

    #expect(variables["PWD"] == "/app")
    #expect(variables["PATH"] == "/bins:/usr/bin")
    if program != .app { #expect(variables["LOGNAME"] == "dev") }
    if program == .app { #expect(variables["PORT"] == "3001") }
    if program != .install && program != .releaseCommand {
      #expect(variables["NEXT_DEPLOYMENT_ID"] == "20261123-154512")
    }
  }
}
