import Deploy
import Posix
import TestKit
import Testing

@Suite("Commands at once")
struct AtOnceTests {
  @Test("give a domain to one app only, and a port")
  func domains() throws {
    try Sandbox.run { sandbox in
      let apps = (1...8).map { "app\($0)" }
      for app in apps { try sandbox.nextdeploy("app", "create", app).expectSuccess() }
      for round in 1...5 {
        let domain = "shop\(round).example.com"
        let port = String(sandbox.sparePorts.0 - round)
        let settings =
          apps.map { ["config", "set", "domains", domain, "--app", $0] }
          + apps.map { ["config", "set", "port", port, "--app", $0] }
          + (1...4).map { ["app", "create", "new\(round)-\($0)", "--domain", domain] }

        let running = try settings.map {
          try sandbox.start(["nextdeploy"] + $0, name: $0.joined(separator: "-").replacing("/", with: ""))
        }
        let ended = try running.map { try $0.wait() }

        let configs = try Files.list("\(sandbox.root)/apps").map {
          try JSON.parse(try sandbox.nextdeploy("config", "show", "--json", "--app", $0).expectSuccess().text)
        }
        #expect(configs.filter { $0["domains"]?.string == domain }.count == 1)
        #expect(configs.filter { $0["port"]?.string == port }.count == 1)
        #expect(ended.filter { $0.status == 0 && $0.command.contains(domain) }.count == 1)
        #expect(ended.filter { $0.status == 0 && $0.command.contains(" port ") }.count == 1)
        for output in ended where output.status != 0 { output.expect("has ") }
      }
    }
  }

  @Test("that change different settings of an app lose none")
  func settings() throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("app", "create", "shop").expectSuccess()
      let settings = ["keep": "7", "branch": "next", "memory": "300M", "tasks": "99", "build.timeout": "7m"]
      let running = try settings.map {
        try sandbox.start(["nextdeploy", "config", "set", $0.key, $0.value], name: $0.key)
      }
      for command in running { try command.wait().expectSuccess() }

      let config = try JSON.parse(try sandbox.nextdeploy("config", "show", "--json").text)
      for (key, value) in settings { #expect(config[key]?.string == value) }
    }
  }
}
