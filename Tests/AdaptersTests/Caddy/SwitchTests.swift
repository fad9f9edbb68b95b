import Deploy
import Posix
import ProcessSupervision
import TestKit
import Testing

@testable import Adapters

@Suite("A switch")
struct SwitchTests {
  private func site(_ port: Port, to app: Port) throws -> Site {
    try Site(app: try AppName("shop"), addresses: [.port(port)], port: app)
  }

  /// The names that there are, as they come.
  private func names(_ stage: CaddyStage) throws -> [LiveNames.Name?] {
    try Files.list(LiveNames(of: AppName("shop"), below: stage.sites.directory).directory).map { LiveNames.Name($0) }
  }

  @Test("is one more name: no file is written, and nothing loaded", arguments: TestedCaddy.allCases)
  func rename(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let visible = try stage.scratch.ports[21]
          try stage.sites.route(try site(visible, to: old))
          // What no load would take, and no deploy looks at.
          try stage.scratch.write(["caddy/sites/other.caddy": "no site {"])
          let (files, log, sockets) = (try stage.files(), try stage.log(), stage.listeners(visible).map(\.socket))

          for (port, text) in [(new, "new"), (old, "old"), (new, "new"), (old, "old"), (new, "new"), (old, "old")] {
            try stage.sites.route(try site(visible, to: port))
            for _ in 0..<5 { #expect(try stage.get(visible, host: "shop") == "\(text) shop undefined") }
          }

          let (filesAfter, logAfter) = (try stage.files(), try stage.log())
          #expect(filesAfter == files)
          #expect(logAfter == log)
          #expect(stage.listeners(visible).map(\.socket) == sockets)
          // A request may still be looking at those before.
          let kept = try names(stage)
          #expect(kept.map { $0?.destination } == [old, new, old, new].map { .instance(Upstream(port: $0)) })
          #expect(Set(kept.map { $0?.mark }).count == 4)
        }
      }
    }
  }

  @Test("carries the address too: an instance on ::1", arguments: TestedCaddy.allCases)
  func six(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      let script = "const server = require('http').createServer((request, answer) => answer.end('six'))"
      try await stage.app("four") { four in
        try await NodeServer.run(stage.scratch, script, listen: "0, '::1'") { six in
          let visible = try stage.scratch.ports[21]
          try stage.sites.route(try site(visible, to: four))
          let upstream = Upstream(.v6, port: six.port)

          try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], upstream: upstream))

          #expect(try stage.get(visible, host: "shop") == "six")
          #expect(try stage.sites.destination(of: AppName("shop")) == .instance(upstream))
        }
      }
    }
  }

  @Test(
    "to an instance that no request reaches is undone and reported", arguments: TestedCaddy.allCases, [true, false])
  func takenBack(program: TestedCaddy, hasOld: Bool) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        let (visible, dead) = (try stage.scratch.ports[21], try stage.scratch.ports[0])
        if hasOld { try stage.sites.route(try site(visible, to: old)) }
        let (files, before) = (try stage.files(), try names(stage))

        let failure = #expect(throws: Failure.self) { try stage.sites.route(try site(visible, to: dead)) }

        #expect(
          failure?.description == "reaching shop through Caddy: http://localhost:\(visible) was answered with 502, "
            + "and not by the new release")
        let after = try stage.files()
        #expect(after == files)
        #expect(try names(stage) == before)
        #expect(try stage.get(visible, host: "shop") == (hasOld ? "old shop undefined" : nil))
      }
    }
  }

  @Test("has Caddy load what is written where it has something else", arguments: TestedCaddy.allCases)
  func forgotten(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let (visible, directory) = (try stage.scratch.ports[21], "\(stage.scratch.path)/caddy")
          try stage.sites.route(try site(visible, to: old))
          let socket = "unix/\(directory)/admin.sock"
          // As a Caddyfile that lost its import, on a port where somebody else answers.
          for lines in ["", "http://:\(visible) {\n\trespond other\n}\n"] {
            try Files.write("{\n\tadmin \(socket)\n\tauto_https off\n}\n\(lines)", to: "\(directory)/Caddyfile")
            try runProgram(
              ["caddy", "reload", "--config", "\(directory)/Caddyfile", "--address", socket],
              environment: stage.caddy.environment)
            #expect(try stage.get(visible, host: "shop") == (lines.isEmpty ? nil : "other"))

            try stage.sites.route(try site(visible, to: new))

            #expect(try stage.get(visible, host: "shop") == "new shop undefined")
            try stage.sites.route(try site(visible, to: old))
          }
        }
      }
    }
  }

  @Test("starts a Caddy that does not run", arguments: TestedCaddy.allCases)
  func stopped(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("shop") { shop in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(try site(visible, to: shop))
        try stage.caddy.stop()

        try stage.sites.route(try site(visible, to: shop))

        #expect(try stage.get(visible, host: "shop") == "shop shop undefined")
      }
    }
  }

  @Test(
    "to a port that somebody took while Caddy was down is undone, and the failure says who",
    arguments: TestedCaddy.allCases)
  func taken(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let visible = try stage.scratch.ports[21]
          try stage.sites.route(try site(visible, to: old))
          let before = try names(stage)
          try stage.caddy.stop()
          let script = "const server = require('http').createServer((request, answer) => answer.end('other'))"
          try await NodeServer.run(stage.scratch, script, listen: "\(visible), '127.0.0.1'") { other in
            let failure = #expect(throws: Failure.self) { try stage.sites.route(try site(visible, to: new)) }

            #expect(
              failure?.description
                == "having Caddy listen on port \(visible): node (process \(other.process)) listens there")
            let after = try names(stage)
            #expect(after == before)
          }
          try stage.sites.route(try site(visible, to: new))
          #expect(try stage.get(visible, host: "shop") == "new shop undefined")
        }
      }
    }
  }

  @Test("is a load of the site's block where that is wanted", arguments: TestedCaddy.allCases)
  func reload(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("old") { old in
        try await stage.app("new") { new in
          let (visible, sites) = (try stage.scratch.ports[21], try stage.sites(.reload))
          for (port, text) in [(old, "old"), (new, "new")] {
            try sites.route(try site(visible, to: port))

            #expect(try stage.get(visible, host: "shop") == "\(text) shop undefined")
            #expect(try sites.destination(of: AppName("shop")) == .instance(Upstream(port: port)))
          }
          let files = try stage.files()
          #expect(throws: Failure.self) { try sites.route(try site(visible, to: try stage.scratch.ports[0])) }
          let after = try stage.files()
          #expect(after == files)
          #expect(try stage.get(visible, host: "shop") == "new shop undefined")

          // From one way to the other and on.
          try stage.sites.route(try site(visible, to: new))
          try stage.sites.route(try site(visible, to: old))
          #expect(try stage.get(visible, host: "shop") == "old shop undefined")
        }
      }
    }
  }

  @Test("is repaired where its names are damaged or gone", arguments: TestedCaddy.allCases)
  func damaged(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await stage.app("shop") { shop in
        let (visible, name) = (try stage.scratch.ports[21], try AppName("shop"))
        try stage.sites.route(try site(visible, to: shop))
        let names = LiveNames(of: name, below: stage.sites.directory)
        for damage in [
          nil, "0", "0000000000-127.0.0.1:\(shop)-00", "!", "0000000001-127.0.0.1:80-00",
          "0000000001-127.0.0.1:\(shop)-",
        ] {
          if let damage { try Files.write("", to: "\(names.directory)/\(damage)") } else { try names.removeAll() }
          #expect(try stage.get(visible, host: "shop") == nil || damage?.hasPrefix("0000000000") == true)
          #expect(try stage.sites.destination(of: name) == nil)

          try stage.sites.restore(try site(visible, to: shop))

          #expect(try stage.get(visible, host: "shop") == "shop shop undefined")
          #expect(try stage.sites.destination(of: name) == .instance(Upstream(port: shop)))
        }
      }
    }
  }

  @Test("tells nobody else where the instance is, and nothing of it to the app", arguments: TestedCaddy.allCases)
  func marks(program: TestedCaddy) async throws {
    let script =
      "const server = require('http').createServer((request, answer) => answer.end(JSON.stringify(request.headers)))"
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(try site(visible, to: server.port))
        let mark = try #require(try names(stage).first??.mark)
        func answered(_ headers: [String]) throws -> String? {
          try stage.get(
            visible, host: "shop", headers: headers, "--output", "/dev/null", "--write-out",
            "%header{x-nextdeploy-live}")
        }
        for guess in ["", "live-", "live-{live_mark}", "live-0", mark, "live-\(mark)0", "{live_mark}", "live-*"] {
          #expect(try answered(["X-Nextdeploy-Check: \(guess)"]) == "")
        }
        #expect(try answered([]) == "")
        #expect(try answered(["X-Nextdeploy-Check: live-\(mark)"])?.hasPrefix("127.0.0.1:\(server.port) ") == true)
        let heard = try stage.get(visible, host: "shop", headers: ["X-Nextdeploy-Check: live-\(mark)"])
        #expect(heard?.contains("nextdeploy") == false)
      }
    }
  }

  @Test("counts down, whatever else is in its directory")
  func order() async throws {
    try await Scratch.run { scratch in
      let names = LiveNames(of: try AppName("shop"), below: scratch.path)
      let upstreams = try (3001...3009).map { Upstream($0 % 2 == 0 ? .v4 : .v6, port: try Port("\($0)")) }
      for upstream in upstreams {
        let name = try names.add(.instance(upstream))
        try names.removeOld()
        #expect(try names.first() == name)
        #expect(LiveNames.Name(name.description) == name)
        #expect(name.destination == .instance(upstream))
      }
      #expect(try Files.list(names.directory).count == 4)
      let last = try #require(try names.first())
      try names.remove(last)
      #expect(try names.first()?.destination == .instance(upstreams[7]))
    }
  }

  @Test(
    "says where requests go, and how files are served; what says neither is no name",
    arguments: [
      ("9999999999-127.0.0.1:3001-0a", true), ("9999999999-[::1]:3001-0a", true),
      ("9999999999-files:20261124-101112:0a1b-0a", true), ("9999999999-files:20261124-101112-2:0a1b-0a", true),
      ("9999999999-files:20261124-101112-0a", false), ("9999999999-files:20261124-101112:-0a", false),
      ("9999999999-files:20261124-101112:0A-0a", false), ("9999999999-files:../x:0a-0a", false),
      ("9999999999-files:20261124-101112:0a-", false), ("999-127.0.0.1:3001-0a", false), ("9999999999-x-0a", false),
    ])
  func names(text: String, isName: Bool) {
    #expect(LiveNames.Name(text)?.description == (isName ? text : nil))
  }
}
