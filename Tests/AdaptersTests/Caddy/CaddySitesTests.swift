import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

@Suite("Caddy's sites")
struct CaddySitesTests {
  private func site(_ app: String, _ addresses: SiteAddress..., to port: Port) throws -> Site {
    try Site(app: try AppName(app), addresses: addresses, port: port)
  }

  @Test(
    "send each app's requests to the port that was routed last, and forged headers to none",
    arguments: TestedCaddy.allCases)
  func route(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let (name, visible) = (try AppName("shop"), try stage.scratch.ports[21])
          #expect(try stage.sites.destination(of: name) == nil)

          for (port, text) in [(old, "old"), (new, "new")] {
            try stage.sites.route(try site("shop", .port(visible), to: port))

            #expect(try stage.get(visible, host: "a.example.com") == "\(text) a.example.com undefined")
            #expect(try stage.sites.destination(of: name) == .instance(Upstream(port: port)))
          }
          #expect(try Array(stage.files().keys) == ["shop.caddy"])
        }
      }
    }
  }

  @Test("are told apart by their domains", arguments: TestedCaddy.allCases)
  func domains(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("shop") { shop in
        try await stage.app("admin") { admin in
          let http = try stage.scratch.ports[20]
          let names = try ["shop.example.com", "www.example.com", "admin.example.com"].map { try Domain($0) }

          try stage.sites.route(try site("shop", .domain(names[0]), .domain(names[1]), to: shop))
          try stage.sites.route(try site("shop-admin", .domain(names[2]), to: admin))

          let answers = try names.map { try stage.get(http, host: $0.description) }
          #expect(
            answers == [
              "shop shop.example.com undefined", "shop www.example.com undefined", "admin admin.example.com undefined",
            ])
          #expect(try stage.sites.destination(of: AppName("shop")) == .instance(Upstream(port: shop)))
          #expect(try stage.sites.destination(of: AppName("shop-admin")) == .instance(Upstream(port: admin)))
        }
      }
    }
  }

  @Test("never reach Caddy where it would not take them", arguments: TestedCaddy.allCases)
  func invalid(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("shop") { shop in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(try site("shop", .port(visible), to: shop))
        let before = try stage.files()

        // Two sites with one address are no configuration.
        let failure = #expect(throws: Failure.self) {
          try stage.sites.route(try site("shop-admin", .port(visible), to: shop))
        }

        #expect(failure?.attempt == "checking the site's configuration")
        #expect(failure?.cause.contains("ambiguous site definition") == true, "\(String(describing: failure))")
        #expect(try stage.files() == before)
        #expect(try stage.get(visible, host: "shop") == "shop shop undefined")
      }
    }
  }

  @Test(
    "stay as they were where somebody else has a new site's port, and the failure says who; Caddy is not asked",
    arguments: TestedCaddy.allCases, [true, false])
  func taken(program: TestedCaddy, hasOld: Bool) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("shop") { shop in
        let (visible, taken) = (try stage.scratch.ports[21], try stage.scratch.ports[22])
        try stage.sites.route(try site(hasOld ? "shop" : "other", .port(visible), to: shop))
        let before = try stage.files()
        for host in ["0.0.0.0", "127.0.0.1", "::", "::1"] {
          try await NodeServer.run(
            stage.scratch, "const server = require('net').createServer()", listen: "\(taken), '\(host)'"
          ) { other in
            let failure = #expect(throws: Failure.self) {
              try stage.sites.route(try site("shop", .port(taken), to: shop))
            }

            #expect(
              failure?.description
                == "having Caddy listen on port \(taken): node (process \(other.process)) listens there")
            let after = try stage.files()
            #expect(after == before)
            #expect(stage.listeners(visible).count == 1)
            #expect(try stage.get(visible, host: "shop") == "shop shop undefined")
          }
        }
        try stage.sites.route(try site("shop", .port(taken), to: shop))
        #expect(try stage.get(taken, host: "shop") == "shop shop undefined")
      }
    }
  }

  @Test(
    "are refused, and none of their files stays, where Caddy could not even start with them",
    arguments: TestedCaddy.allCases)
  func firstRefused(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      let taken = try stage.scratch.ports[22]
      try await NodeServer.run(
        stage.scratch, "const server = require('net').createServer()", listen: "\(taken), '0.0.0.0'"
      ) { _ in
        for (sites, attempt) in [
          (stage.sites, "having Caddy listen on port \(taken)"), (try stage.blindSites(), "starting Caddy"),
        ] {
          let failure = #expect(throws: Failure.self) {
            try sites.route(try site("shop", .port(taken), to: taken))
          }

          let files = try stage.files()
          #expect(failure?.attempt.hasPrefix(attempt) == true)
          #expect(files == [:])
          #expect(try !stage.caddy.isRunning)
        }
      }
    }
  }

  @Test(
    "are all that is served after a load that failed anyway: Caddy is restarted where it has to be",
    arguments: TestedCaddy.allCases)
  func failedLoad(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let ports = try [21, 22, 23].map { try stage.scratch.ports[$0] }
          let (names, taken) = (["a", "b", "c"], try stage.scratch.ports[24])
          for (name, port) in zip(names, ports) { try stage.sites.route(try site(name, .port(port), to: old)) }
          let (before, process) = (try stage.files(), try stage.process())
          try await NodeServer.run(
            stage.scratch, "const server = require('net').createServer()", listen: "\(taken), '0.0.0.0'"
          ) { _ in
            var failures: [Failure?] = []
            // With which port Caddy begins is chance.
            try wait(until: "a load that leaves something") {
              failures.append(
                #expect(throws: Failure.self) { try stage.blindSites().route(try site("d", .port(taken), to: old)) })
              return program.leavesLeftovers
                ? failures.last??.next.contains("Caddy was restarted") == true : failures.count == 3
            }

            #expect(failures.allSatisfy { $0?.cause.contains("address already in use") == true })
          }

          let after = try stage.files()
          #expect(after == before)
          #expect(try (stage.process() == process) != program.leavesLeftovers)
          for (name, port) in zip(names, ports) {
            #expect(stage.listeners(port).count == 1)
            try stage.sites.route(try site(name, .port(port), to: new))
            for _ in 0..<10 { #expect(try stage.get(port, host: "shop") == "new shop undefined") }
          }
        }
      }
    }
  }

  @Test(
    "are all that is served after somebody else's load failed, which is reported",
    arguments: TestedCaddy.allCases)
  func othersFailedLoad(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let visible = try stage.scratch.ports[21]
          try stage.sites.route(try site("shop", .port(visible), to: old))
          try await stage.failLoads(program, leavingMoreOn: visible)
          #expect((stage.listeners(visible).count > 1) == program.leavesLeftovers)
          #expect(try (stage.caddy.process?.leftovers().map(\.port) == [visible.number]) == program.leavesLeftovers)
          var told: [String] = []

          try stage.sites.route(try site("shop", .port(visible), to: new))
          for _ in 0..<10 { #expect(try stage.get(visible, host: "shop") == "new shop undefined") }
          let other = try stage.scratch.ports[22]
          try stage.sites { told.append($0) }.route(try site("shop", .port(visible), .port(other), to: new))

          #expect(told.map { $0.hasPrefix("Caddy was restarted") } == (program.leavesLeftovers ? [true] : []))
          #expect(stage.listeners(visible).count == 1)
          for _ in 0..<10 { #expect(try stage.get(visible, host: "shop") == "new shop undefined") }
        }
      }
    }
  }

  @Test("are not loaded, and Caddy not restarted, where it could not start with what is written")
  func notRestarted() async throws {
    try await CaddyStage.run { stage in
      try await stage.app("shop") { shop in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(try site("shop", .port(visible), to: shop))
        let process = try stage.process()
        // Something that only the load shows: no address to look at before.
        try stage.scratch.write([
          "caddy/sites/other.caddy": "http://:1 {\n\tbind unix//nowhere/socket\n}\n"
        ])

        try wait(until: "a load that leaves something") {
          let failure = #expect(throws: Failure.self) {
            try stage.sites.route(try site("shop", .port(visible), to: try stage.scratch.ports[0]))
          }
          return failure?.next.contains("That was not done") == true
        }

        #expect(try stage.process() == process)
        try Files.remove("\(stage.sites.directory)/other.caddy")
        let other = try stage.scratch.ports[22]
        try stage.sites.route(try site("shop", .port(visible), .port(other), to: shop))
        #expect(stage.listeners(visible).count == 1)
      }
    }
  }

  @Test("end when they are removed, while the others stay", arguments: TestedCaddy.allCases)
  func remove(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("app") { app in
        let ports = [try stage.scratch.ports[21], try stage.scratch.ports[22]]
        for (name, port) in zip(["shop", "shop-admin"], ports) {
          try stage.sites.route(try site(name, .port(port), to: app))
        }

        for _ in 0..<2 { try stage.sites.remove(AppName("shop")) }

        #expect(try stage.sites.destination(of: AppName("shop")) == nil)
        #expect(try stage.get(ports[0], host: "shop") == nil)
        #expect(try stage.get(ports[1], host: "shop") == "app shop undefined")
      }
    }
  }

  @Test("are routed by two commands at once, before Caddy runs", arguments: TestedCaddy.allCases)
  func concurrent(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      let path = "\(stage.scratch.path)/caddy"
      let (first, http) = (try stage.scratch.ports[21].number, try stage.scratch.ports[20])
      await withTaskGroup { group in
        for number in 0..<3 as Range<UInt16> {
          group.addTask {
            await #expect(processExitsWith: .success) {
              [
                program = program as TestedCaddy, path = path as String, http = http as Port, first = first as UInt16,
                number = number as UInt16
              ] in
              let caddy = SupervisedCaddy(
                directory: path, supervisor: ThisProject.supervisor, environment: program.environment,
                tools: program.tools(below: path))
              let sites = try CaddySites(directory: caddy.sites, httpPort: http, service: caddy)
              let port = try Port(String(first + number))
              try sites.restore(Site(app: AppName("app-\(number)"), addresses: [.port(port)], port: port))
            }
          }
        }
      }

      #expect(try stage.files().keys.sorted() == ["app-0.caddy", "app-1.caddy", "app-2.caddy"])
      #expect(stage.scratch.processes("caddy run").count == 1)
      let free = (0..<3).filter { Socket.isFree(first + $0) }
      #expect(free == [], "Caddy listens for all of them")
    }
  }
}
