import Posix
import TestKit
import Testing

@Suite("A port that visitors come to")
struct PortTests {
  @Test("is refused where something else has it, with who has it, and nothing changes", arguments: [true, false])
  func taken(isLive: Bool) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      if isLive { try project.push().expectSuccess() }
      let settings = ["\(sandbox.root)/config.json", "\(sandbox.app())/config.json"]
      let before = try settings.map { try Files.text($0) }
      let taken = sandbox.port(30)

      try sandbox.occupied(taken) { process in
        for key in ["port", "http.port"] {
          for _ in 0..<3 {
            try sandbox.nextdeploy("config", "set", key, "\(taken)").expect(status: 1)
              .expect("having Caddy listen on port \(taken)", "node (process \(process)) listens there")
          }
        }
      }

      #expect(try settings.map { try Files.text($0) } == before)
      #expect(try sandbox.leftovers() == [])
      if isLive { #expect(try sandbox.get() == "one") }
      try sandbox.nextdeploy("config", "set", "port", "\(taken)").expectSuccess()
      if isLive { #expect(try sandbox.get() == "one") }
    }
  }

  @Test("is none of those that instances listen on, whichever is set first")
  func apart() throws {
    try Sandbox.run { sandbox in
      let (http, shop) = (sandbox.port(20), sandbox.port(25))
      _ = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "port", "\(shop)").expectSuccess()

      for (key, value, found) in [
        ("ports", "\(http - 5)-\(http)", "http.port \(http) is one of these"),
        ("ports", "\(shop)-\(shop)", "\(shop), the port of shop, is one of these"),
        ("http.port", "\(sandbox.port(19))", "http.port \(sandbox.port(19)) is one of these"),
        ("port", "\(sandbox.port(19))", "it is one of those that instances listen on"),
      ] {
        try sandbox.nextdeploy("config", "set", key, value).expect(status: 1).expect(found)
      }

      // The next free port is in the range now, and is passed over.
      try sandbox.nextdeploy("config", "set", "ports", "\(http + 1)-\(shop - 1)").expectSuccess()
      let ports = try ["blog", "docs"].map { name in
        try sandbox.nextdeploy("app", "create", name).expectSuccess()
        return try sandbox.url(name)
      }
      #expect(ports == ["http://localhost:\(http)", "http://localhost:\(shop + 1)"])
    }
  }

  @Test("that is taken by the time of the first push fails that at route, and harms no other app")
  func firstPush() throws {
    try Sandbox.run { sandbox in
      let (blog, shop) = (try sandbox.createApp("blog"), try sandbox.createApp("shop"))
      try blog.commit("One", App.node("one"))
      try blog.push().expectSuccess()
      try shop.commit("Shop", App.node("shop"))

      try sandbox.occupied(sandbox.port(21)) { process in
        for _ in 0..<2 {
          try shop.push().expect(status: 1).expect(
            "FAILED at route: having Caddy listen on port \(sandbox.port(21))",
            "node (process \(process)) listens there",
            "next: End it, or choose another port")
        }
      }

      #expect(try sandbox.leftovers() == [])
      try blog.commit("Two", App.node("two"))
      try blog.push().expectSuccess()
      try wait(until: "the old release's end") { try sandbox.instances().count == 1 }
      for _ in 0..<20 { #expect(try sandbox.get(app: "blog") == "two") }
      try shop.push().expectSuccess()
      #expect(try sandbox.get(app: "shop") == "shop")
    }
  }

  @Test(
    "on which Caddy keeps what it refused is its own again after the next load, which says so; a push needs none")
  func leftovers() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try sandbox.leaveLeftovers()
      try project.commit("Two", App.node("two"))

      try project.push().expectSuccess()

      for _ in 0..<20 { #expect(try sandbox.get() == "two") }
      try sandbox.nextdeploy("config", "set", "domains", "shop.example.com").expectSuccess()
        .expect("warning: Caddy was restarted")
      #expect(try sandbox.leftovers() == [])
      try sandbox.nextdeploy("config", "unset", "domains").expectSuccess()
      for _ in 0..<20 { #expect(try sandbox.get() == "two") }
    }
  }
}
