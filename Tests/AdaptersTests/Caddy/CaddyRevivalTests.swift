import Deploy
import Adapters
import Posix
import TestKit
import Testing

@Suite("After a kill -9")
struct CaddyRevivalTests {
  /// Which processes are killed.
  enum Victims: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case caddy = "of Caddy"
    case supervisor = "of its supervisor"
    case both = "of both"

    var testDescription: String { rawValue }
  }

  @Test("all sites are served again", arguments: Victims.allCases)
  func revive(victims: Victims) async throws {
    try await CaddyStage.run { stage in
      try await stage.app("shop") { app in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: app))
        let (caddy, keeper) = (try stage.process(), try #require(stage.scratch.processes(ThisProject.supervisor).first))
        if victims != .caddy { keeper.signal(.kill) }
        if victims != .supervisor { caddy.signal(.kill) }
        try wait(until: "their end") {
          (victims == .caddy || !keeper.isRunning) && (victims == .supervisor || !caddy.isRunning)
        }

        try stage.sites.revive()

        try wait(until: "the site") { try stage.get(visible, host: "shop") == "shop shop undefined" }
        try wait(until: "it to say so") { try stage.caddy.isRunning }
        #expect(try stage.process() != caddy)
        #expect(stage.scratch.processes("caddy run").count == 1)
        // It takes new configuration too.
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(try stage.scratch.ports[22])], port: app))
        #expect(try stage.get(stage.scratch.ports[22], host: "shop") == "shop shop undefined")
      }
    }
  }

  @Test("of its supervisor, Caddy can be stopped all the same")
  func stop() async throws {
    try await CaddyStage.run { stage in
      try stage.sites.restore(
        Site(app: AppName("shop"), addresses: [.port(try stage.scratch.ports[21])], port: try stage.scratch.ports[0]))
      let keeper = try #require(stage.scratch.processes(ThisProject.supervisor).first)
      keeper.signal(.kill)
      try wait(until: "its end") { !keeper.isRunning }

      try stage.caddy.stop()

      #expect(stage.scratch.processes() == [])
    }
  }

  @Test("of nothing, revive leaves Caddy as it is")
  func running() async throws {
    try await CaddyStage.run { stage in
      try stage.sites.restore(
        Site(app: AppName("shop"), addresses: [.port(try stage.scratch.ports[21])], port: try stage.scratch.ports[0]))
      let before = try stage.process()

      try stage.sites.revive()

      #expect(stage.scratch.processes("caddy run") == [before])
    }
  }
}
