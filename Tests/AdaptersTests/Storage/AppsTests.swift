import Deploy
import Adapters
import Posix
import TestKit
import Testing

@Suite("A machine's list of apps")
struct AppsTests {
  private struct Refusal: Error {}

  private func run(_ test: (Apps, Scratch) async throws -> Void) async throws {
    try await Scratch.run { scratch in
      let apps = Apps(layout: Layout(root: "\(scratch.path)/root"))
      var config = try ServerConfig()
      config.httpPort = try scratch.ports[20]
      try apps.write(config)
      try await test(apps, scratch)
    }
  }

  @discardableResult
  private func create(_ name: String, in apps: Apps, domains: String...) throws -> AppConfig {
    try apps.create(AppName(name), branch: BranchName("main"), domains: domains.map { try Domain($0) }) {
      try Files.makeDirectory($0)
    }
  }

  @Test("has a new app complete: its directories, its configuration, and an environment that only its owner reads")
  func create() async throws {
    try await run { apps, scratch in
      let config = try create("shop", in: apps, domains: "shop.example.com")

      let layout = apps.layout.app(try AppName("shop"))
      #expect(try apps.config(of: AppName("shop")) == config)
      #expect(
        config
          == AppConfig(
            branch: try BranchName("main"), domains: [try Domain("shop.example.com")], port: try scratch.ports[20]))
      #expect(
        try Files.list(layout.directory)
          == ["config.json", "deploys", "env", "logs", "releases", "repo.git", "shared", "workspace"])
      #expect(try Files.status(layout.environment)?.mode == 0o600)
    }
  }

  @Test("keeps nothing of an app that could not be made")
  func allOrNothing() async throws {
    try await run { apps, _ in
      let name = try AppName("shop")

      #expect(throws: Refusal.self) {
        try apps.create(name, branch: BranchName("main"), domains: []) { path in
          try Files.makeDirectory(path)
          throw Refusal()
        }
      }

      #expect(try apps.names() == [])
      #expect(!apps.exists(name))
      #expect(try Files.list(apps.layout.apps) == [])
      try create("shop", in: apps)
      #expect(try apps.names() == [name])
    }
  }

  @Test("refuses a second app of a name, and leaves the first as it is")
  func taken() async throws {
    try await run { apps, _ in
      let first = try create("shop", in: apps, domains: "shop.example.com")

      let failure = #expect(throws: Failure.self) { try create("shop", in: apps) }

      #expect(failure?.description == "creating the app shop: there is one of that name")
      #expect(try apps.config(of: AppName("shop")) == first)
    }
  }

  @Test(
    "refuses a domain that another app has, however it is written", arguments: ["shop.example.com", "SHOP.Example.com"])
  func domains(domain: String) async throws {
    try await run { apps, _ in
      try create("shop", in: apps, domains: "www.example.com", "shop.example.com")

      let failure = #expect(throws: Failure.self) {
        try create("shop-admin", in: apps, domains: "a.example.com", domain)
      }

      #expect(failure?.description == "giving shop.example.com to shop-admin: the app shop has that domain")
      #expect(try apps.names() == [AppName("shop")])
      try apps.requireFree([Domain(domain)], for: AppName("shop"))
    }
  }

  @Test("gives every app a port that no other has and nobody listens on")
  func ports() async throws {
    try await run { apps, scratch in
      try await NodeServer.run(
        scratch, "const server = require('net').createServer()", listen: "\(scratch.ports[21])"
      ) { _ in
        let ports = try ["a", "b", "c"].map { try create($0, in: apps).port }

        #expect(try ports == [scratch.ports[20], scratch.ports[22], scratch.ports[23]])
      }
    }
  }

  @Test("gives no app a port of the instances")
  func portsOfInstances() async throws {
    try await run { apps, scratch in
      var config = try apps.serverConfig()
      config.ports = try PortRange("\(scratch.ports[21])-\(scratch.ports[24])")
      try apps.write(config)

      let ports = try ["a", "b"].map { try create($0, in: apps).port }

      #expect(try ports == [scratch.ports[20], scratch.ports[25]])
    }
  }

  @Test("keeps instances' ports and visitors' ports apart, but leaves alone what was set before")
  func apart() async throws {
    try await run { apps, scratch in
      let shop = try create("shop", in: apps).port
      let old = try apps.serverConfig()
      func refusal(_ change: (inout ServerConfig) throws -> Void, before: ServerConfig? = nil) throws -> String? {
        var new = before ?? old
        try change(&new)
        do { try apps.requireApart(new, before: before ?? old) } catch let failure as Failure { return failure.cause }
        return nil
      }
      var overlapping = old
      overlapping.ports = try PortRange("\(shop)-\(scratch.ports[25])")
      let visitors = "is one of these, and visitors come to it"

      #expect(try refusal { $0.ports = overlapping.ports } == "http.port \(shop) \(visitors)")
      #expect(
        try refusal {
          $0.ports = overlapping.ports
          $0.httpPort = try scratch.ports[30]
        } == "\(shop), the port of shop, \(visitors)")
      #expect(try refusal { $0.httpPort = old.ports.first } == "http.port \(old.ports.first) \(visitors)")
      #expect(try refusal { $0.ports = try PortRange("40000-40010") }?.contains("outgoing connections") == true)
      #expect(try refusal { $0.builds = 2 } == nil)
      #expect(try refusal({ $0.builds = 2 }, before: overlapping) == nil)
      #expect(try refusal({ $0.httpPort = try scratch.ports[30] }, before: overlapping) == nil)
    }
  }

  @Test("is asked for an app by name, or for the only one")
  func find() async throws {
    try await run { apps, _ in
      let none = #expect(throws: Failure.self) { try apps.find(nil) }
      try create("shop", in: apps)
      let only = try apps.find(nil)
      try create("shop-admin", in: apps)
      let several = #expect(throws: Failure.self) { try apps.find(nil) }
      let unknown = #expect(throws: Failure.self) { try apps.find("shpo") }

      #expect(none?.kind == .notFound)
      #expect(only == (try AppName("shop")))
      #expect(several?.kind == .usage)
      #expect(several?.cause == "there are several: shop, shop-admin")
      #expect(unknown?.kind == .notFound)
      #expect(unknown?.next.contains("'shop'") == true)
      #expect(try apps.find("shop-admin") == AppName("shop-admin"))
    }
  }

  @Test("keeps nothing of an app that was removed, and all of the others")
  func remove() async throws {
    try await run { apps, _ in
      for name in ["shop", "shop-admin"] { try create(name, in: apps) }

      try apps.remove(AppName("shop"), Leftovers())

      #expect(try Files.list(apps.layout.apps) == ["shop-admin"])
    }
  }
}
