import Deploy
import Posix
import TestKit
import Testing

@Suite("The commands, before anything is pushed")
struct AppCommandTests {
  @Test("app create prints what to type, and the app is listed and shown")
  func create() throws {
    try Sandbox.run { sandbox in
      let output = try sandbox.nextdeploy("app", "create", "shop", "--domain", "shop.example.com").expectSuccess()

      output.expect(
        "git remote add production \(sandbox.app())/repo.git",
        "git config remote.production.receivepack 'nextdeploy receive-pack'", "git push production main",
        "http://shop.example.com:")
      try sandbox.nextdeploy("app", "list").expectSuccess().expect("shop", "nothing live yet")
      let json = try JSON.parse(try sandbox.nextdeploy("app", "list", "--json").expectSuccess().text)
      #expect(json == .array([try JSON.parse(try sandbox.nextdeploy("app", "show", "shop", "--json").text)]))
    }
  }

  @Test("app create refuses a name that is taken, or a domain that is")
  func taken() throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("app", "create", "shop", "--domain", "shop.example.com").expectSuccess()

      try sandbox.nextdeploy("app", "create", "shop").expect(status: 1).expect("there is one of that name")
      let domain = try sandbox.nextdeploy("app", "create", "blog", "--domain", "SHOP.example.com").expect(status: 1)

      domain.expect("the app shop has that domain")
      #expect(try Files.list("\(sandbox.root)/apps") == ["shop"])
    }
  }

  @Test(
    "setup says where there is no systemd that would use what it does",
    .enabled(if: !Files.exists("/run/systemd/system"), "systemd runs here"))
  func setup() throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("setup", "--dry-run").expectSuccess().expect("systemd does not run here")
    }
  }

  @Test("what is wrong with a command's words is not said to be of 'nextdeploy: nextdeploy'")
  func wording() throws {
    try Sandbox.run { sandbox in
      for words in [["foo"], ["config", "foo"], ["config", "set"], ["status", "--foo"]] {
        try sandbox.run(["nextdeploy"] + words).expect(status: 2).expectNo("nextdeploy: nextdeploy")
      }
      try sandbox.nextdeploy("config", "set", "--help").expectSuccess().expect("'config show' lists the settings")
    }
  }

  @Test(
    "app create refuses what is not a name",
    arguments: ["Shop", "../shop", "-shop", "1shop", "sh op", "", "shop\nx", String(repeating: "a", count: 40)])
  func badName(name: String) throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("app", "create", "--", name).expect(status: 2).expect("is not an app's name")

      #expect(try Files.list("\(sandbox.root)/apps") == [])
    }
  }

  @Test("a missing app exits 3, and the nearest name is suggested")
  func unknownApp() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp("shop")

      for line in [["status"], ["releases"], ["logs"], ["rollback"], ["plan"], ["config", "show"]] {
        let output = try sandbox.run(["nextdeploy"] + line + ["--app", "shpo"])
        try output.expect(status: 3).expect("there is none of that name", "Did you mean 'shop'?")
      }
      _ = try sandbox.createApp("blog")
      try sandbox.nextdeploy("status").expect(status: 2).expect("there are several: blog, shop", "--app NAME")
    }
  }

  @Test("a rollback to a release that never was is no deploy")
  func unknownRelease() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()

      try sandbox.nextdeploy("rollback", "shop", "20200101-000000").expect(status: 3)
        .expect("rolling shop back to 20200101-000000", "there is no such release", "There is none at all")

      #expect(
        try !Files.exists("\(sandbox.root)/apps/shop/deploys") || Files.list("\(sandbox.root)/apps/shop/deploys") == [])
    }
  }

  @Test("wrong usage exits 2 and says what is meant")
  func usage() throws {
    try Sandbox.run { sandbox in
      try sandbox.nextdeploy("stauts").expect(status: 2).expect("Did you mean 'status'?")
      try sandbox.nextdeploy("status", "--jsno").expect(status: 2).expect("Did you mean '--json'?")
      try sandbox.nextdeploy("config", "set", "keep").expect(status: 2)
        .expect("VALUE is missing", "Usage: nextdeploy config set KEY VALUE")
      try sandbox.nextdeploy("app", "create", "a", "b").expect(status: 2).expect("one argument too many")
      try sandbox.nextdeploy("--help").expectSuccess().expect("app create", "rollback")
      try sandbox.nextdeploy("app", "create", "--help").expectSuccess().expect("--domain D", "Usage: ")
      for line in [["runtime", "--help"], ["runtime"]] {
        try sandbox.run(["nextdeploy"] + line).expectSuccess().expect(
          "runtime install", "runtime list", "runtime remove")
      }
    }
  }
}
