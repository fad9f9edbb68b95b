@testable import Deploy
import Testing

@Suite("An app whose secrets are at Doppler")
struct DopplerTests {
  private func world(_ own: [String: String] = [:]) throws -> World {
    let world = try World()
    world.variables = own.merging(["DOPPLER_TOKEN": "dp.st.prd.secret"]) { own, _ in own }.mapValues { .init($0) }
    world.doppler = ["API_KEY": "from-doppler", "DOPPLER_CONFIG": "production", "PORT": "80"]
    return world
  }

  @Test("has them fetched once per deploy, for builds and instances, without the token")
  func fetchedOnceDeploy() throws {
    let world = try world(["OWN": "x"])

    let record = try world.push("one")

    let instance = try #require(record.instance)
    let environments = world.jobs.map(\.environment) + [try #require(world.services[instance]).environment]
    for environment in environments {
      #expect(environment["API_KEY"] == "from-doppler")
      #expect(environment["DOPPLER_CONFIG"] == "production")
      #expect(environment["OWN"] == "x")
      #expect(environment["DOPPLER_TOKEN"] == nil)
      #expect(environment["PORT"] != "80")
    }
    #expect(world.events("fetch") == ["fetch with dp.st.prd.secret"])
    #expect(world.told.lines.contains("note: 2 variables from Doppler"))
  }

  @Test("prefers variables of its own to them")
  func winsOverOwn() throws {
    let world = try world(["API_KEY": "own"])

    let record = try world.push("one")

    let instance = try #require(record.instance)
    #expect(world.services[instance]?.environment["API_KEY"] == "own")
  }

  @Test(
    "is not deployed where they cannot be fetched, and what is live stays",
    arguments: ["push", "rebuild", "rollback", "restart"])
  func notDeployedCannot(_ kind: String) throws {
    let world = try world()
    let first = try world.push("one")
    world.finishDraining()
    let second = try world.push("two")
    world.finishDraining()
    world.events = []
    world.failing = ["fetch"]

    let record =
      switch kind {
      case "push": try world.push("three")
      case "rebuild": try world.deploy(.rebuild(try #require(first.commit), clean: false))
      case "rollback": try world.deploy(.rollback(nil))
      default: try world.deploy(.restart)
      }

    #expect(record.outcome == .failed)
    #expect(record.step == .plan)
    #expect(world.events("checkout", "run", "start", "route").isEmpty)
    #expect(world.live?.deploy == second.id)
  }

  @Test("is recovered after a crash without them")
  func putRightAfter() throws {
    let world = try world()
    try world.push("one")
    world.finishDraining()
    world.crash = "setLive"
    let crashed = try world.push("two")
    world.crash = nil
    world.dead = [crashed.id]
    world.failing = ["fetch"]

    try world.recover()

    #expect(world.live?.deploy == crashed.id)
  }

  @Test("is built again where one of them has changed, and hides them")
  func builtAgainChanged() throws {
    let world = try world()
    let first = try world.push("one")
    world.finishDraining()
    world.doppler["API_KEY"] = "another-from-doppler"
    world.output = "another-from-doppler for production with dp.st.prd.secret\n"

    let record = try world.push("one again", World.app("one"))

    #expect(record.release != first.release)
    #expect(world.told.lines.contains("**** for production with ****\n"))
    #expect(record.environmentMark == first.environmentMark, "what Doppler keeps is not part of it")
  }

  @Test(
    "names its token, and optionally another host",
    arguments: [
      ("dp.st.prd.x", nil), ("dp.st.prd.x", "https://doppler.example.com"), ("dp.st.x", "doppler.example.com"),
      ("dp.st.x", "http://127.0.0.1:8080"),
    ] as [(String, String?)])
  func namesTokenMaybe(_ token: String, _ host: String?) throws {
    var own = ["DOPPLER_TOKEN": token]
    own["DOPPLER_API_HOST"] = host

    let access = try #require(try DopplerAccess(AppEnvironment(own.mapValues { .init($0) })))

    #expect(access.token == token)
    let expected = host ?? "https://api.doppler.com"
    #expect(access.host == (expected.contains("://") ? expected : "https://\(expected)"))
  }

  @Test(
    "is told about a token or a host that cannot be one",
    arguments: [
      ("dp.pt.x", nil), ("dp.st.x\"\nurl = x", nil), ("dp.st.a b", nil), ("", nil), ("dp.st.x", "http://example.com"),
      ("dp.st.x", "https://a/b"), ("dp.st.x", "https://"), ("dp.st.x", "https://a b"), ("dp.st.x", "ftp://a"),
      ("dp.st.x", "http://127.0.0.1.example.com"),
    ] as [(String, String?)])
  func toldTokenHost(_ token: String, _ host: String?) throws {
    var own = ["DOPPLER_TOKEN": token]
    own["DOPPLER_API_HOST"] = host

    let error = #expect(throws: Failure.self) { try DopplerAccess(AppEnvironment(own.mapValues { .init($0) })) }

    #expect(error?.attempt == "reading \(host == nil ? "DOPPLER_TOKEN" : "DOPPLER_API_HOST")")
  }
}
