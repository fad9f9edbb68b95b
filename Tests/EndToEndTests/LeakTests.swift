import Deploy
import Posix
import TestKit
import Testing

// One after the other: two of them look for the same token, among all processes.
@Suite("An app's secrets", .serialized)
struct LeakTests {
  private static let secrets = [
    "SECRET_BOTH": "both-7f3a9c2e51", "SECRET_BUILD": "build-0d4b8e6a17", "SECRET_RUN": "run-5c1e9f7b32",
    "SECRET_LINES": "-----BEGIN KEY-----\nlines-a8d2c4f60b\nlines-13e7b9d5c2\n-----END KEY-----",
  ]
  private static let search = LeakSearch(secrets: [
    "both-7f3a9c2e51", "build-0d4b8e6a17", "run-5c1e9f7b32", "lines-a8d2c4f60b", "lines-13e7b9d5c2",
  ])

  @Test("are nowhere but in its env file and its own processes, during a deploy and after it")
  func leaks() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy(input: Self.secrets["SECRET_BUILD"] ?? "", "env", "set", "SECRET_BUILD", "--build")
        .expectSuccess()
      try sandbox.nextdeploy(input: Self.secrets["SECRET_RUN"] ?? "", "env", "set", "SECRET_RUN", "--run")
        .expectSuccess()
      let rest = "SECRET_BOTH='both-7f3a9c2e51'\nSECRET_LINES=\"\(Self.secrets["SECRET_LINES"] ?? "")\"\n"
      try sandbox.nextdeploy(input: rest, "env", "import", "-").expectSuccess()
      // A build that tells all it knows, also bit by bit, and is then held.
      let build = """
        env; echo "$SECRET_LINES" | sed -n 2p; printf 'both-7f3a'; sleep 0.2; echo 9c2e51 >&2; touch \(sandbox.home)/told; \
        until test -e \(sandbox.home)/go; do sleep 0.02; done
        """
      try project.commit(
        "One",
        App.node(
          "one",
          extra: [
            "nextdeploy.json": #"{"build": \#(App.quoted(build)), "release": "env"}"#,
            "server.js": App.server(
              "answer.end([process.env.SECRET_BOTH, process.env.SECRET_RUN, process.env.SECRET_BUILD].join())"),
          ]))

      let push = try project.startPush()
      try wait(until: "the build") { Files.exists("\(sandbox.home)/told") }
      #expect(try Self.search.found(in: sandbox) == ["apps/shop/env", "process of the app"])
      try Files.write("", to: "\(sandbox.home)/go")
      let pushed = try push.wait().expectSuccess()

      pushed.expect("SECRET_BOTH=****", "SECRET_BUILD=****", "SECRET_RUN=****", "SECRET_LINES=****", "    ****  ")
      for secret in Self.search.secrets { pushed.expectNo(secret) }
      let after: Set = ["apps/shop/env", "instances/shop:3001/service", "process of the app"]
      #expect(Set(try Self.search.found(in: sandbox)) == after)
      #expect(try sandbox.get() == "both-7f3a9c2e51,run-5c1e9f7b32,")
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(Set(try Self.search.found(in: sandbox)) == after)
    }
  }

  @Test("are fetched from Doppler for a deploy, and needed for nothing else")
  func doppler() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let search = LeakSearch(secrets: ["dp.st.prd.4c6e8a0b2d", "from-doppler-9e7c5a3b1f"])
      try Files.write("", to: "\(sandbox.home)/answers")
      let port = sandbox.sshPort
      let server = try startDoppler(sandbox)
      defer { stop(server) }
      try sandbox.nextdeploy(input: "dp.st.prd.4c6e8a0b2d\n", "env", "set", "DOPPLER_TOKEN").expectSuccess()
      try sandbox.nextdeploy("env", "set", "DOPPLER_API_HOST=http://127.0.0.1:\(port)", "OWN=own").expectSuccess()
      try project.commit(
        "One",
        App.node(
          "",
          extra: [
            "nextdeploy.json":
              #"{"build": "env; touch \#(sandbox.home)/told; until test -e \#(sandbox.home)/go; do sleep 0.02; done"}"#,
            "server.js": App.server(
              "if (request.url === '/crash') process.exit(1); "
                + "answer.end([process.env.API_KEY, process.env.OWN, process.env.DOPPLER_TOKEN].join())"),
          ]))

      let push = try project.startPush()
      try wait(until: "the build") { Files.exists("\(sandbox.home)/told") }
      #expect(try search.found(in: sandbox) == ["apps/shop/env", "process of the app"])
      try Files.write("", to: "\(sandbox.home)/go")
      let pushed = try push.wait().expectSuccess()
      pushed.expect("3 variables from Doppler", "API_KEY=****", "DOPPLER_CONFIG=prd")
      for secret in search.secrets { pushed.expectNo(secret) }
      let found = try search.found(in: sandbox)
      #expect(found == ["apps/shop/env", "instances/shop:3001/service", "process of the app"])
      #expect(try sandbox.get() == "from-doppler-9e7c5a3b1f,own,")
      let list = try sandbox.nextdeploy("env", "list").expectSuccess().text
        .split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
      #expect(list.contains("API_KEY builds and instances Doppler"))
      #expect(list.contains("OWN builds and instances env, over Doppler's"))
      #expect(list.contains("DOPPLER_TOKEN nextdeploy env"))
      #expect(server.text.split(separator: "\n").count { $0 == "asked" } == 2, "once a deploy, and once to list")

      // It is gone: what is live needs it no more, and nothing new is deployed.
      try Files.remove("\(sandbox.home)/answers")
      try project.commit("Two", ["other.txt": "2"])
      let failed = try project.push().expect(status: 1)
      failed.expect("FAILED at plan: fetching secrets from Doppler (http://", "refused the token: ")
      failed.expect("is still live.")
      failed.expectNo("checkout", "build ")
      try sandbox.nextdeploy("restart").expect(status: 1).expect("refused the token")
      try sandbox.nextdeploy("rollback").expect(status: 1).expect("refused the token")
      try sandbox.nextdeploy("env", "list").expect(status: 1).expect("OWN ", "refused the token")
      _ = try sandbox.get("/crash")
      try wait(until: "the app, started again") { try sandbox.get() == "from-doppler-9e7c5a3b1f,own," }
    }
  }

  @Test("are asked for with a token that nobody sees", arguments: ["doppler", "curl"])
  func token(program: String) throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let search = LeakSearch(secrets: ["dp.st.prd.4c6e8a0b2d"])
      let port = sandbox.sshPort
      let server = try startDoppler(sandbox)
      defer { stop(server) }
      for file in ["held", "answers"] { try Files.write("", to: "\(sandbox.home)/\(file)") }
      try sandbox.nextdeploy(input: "dp.st.prd.4c6e8a0b2d\n", "env", "set", "DOPPLER_TOKEN").expectSuccess()
      try sandbox.nextdeploy("env", "set", "DOPPLER_API_HOST=http://127.0.0.1:\(port)").expectSuccess()
      // A PATH with this program alone.
      let programs = "\(sandbox.home)/programs"
      try Files.makeDirectory(programs)
      let path = sandbox.environment["PATH"] ?? ""
      for name in [program, "timeout"] {
        try Files.link("\(programs)/\(name)", to: Files.resolved(try #require(Command.find(name, path: path))))
      }

      let list = try sandbox.start(
        ["env", "PATH=\(programs)", "\(ThisProject.products)/nextdeploy", "env", "list"], name: "list")
      try wait(until: "the request") { server.text.contains("asked") }
      #expect(sandbox.processes().contains { $0.contains("\(programs)/\(program) ") }, "what is looked at is there")
      #expect(try search.found(in: sandbox) == ["apps/shop/env"])
      try Files.remove("\(sandbox.home)/held")

      try list.wait().expectSuccess().expect("API_KEY")
      #expect(try search.found(in: sandbox) == ["apps/shop/env"])
    }
  }

  /// A server on loopback that speaks Doppler's endpoint, on the port that a sandbox has for ssh.
  private func startDoppler(_ sandbox: Sandbox) throws -> Running {
    let script = "\(ThisProject.path)/Tests/Fixtures/doppler/server.js"
    let server = try sandbox.start(["node", script, sandbox.home, String(sandbox.sshPort)], name: "doppler")
    try wait(until: "the server") { server.text.contains("listening") }
    return server
  }

  private func stop(_ server: Running) {
    ProcessIdentity(of: server.child.id)?.signal(.kill)
    do { _ = try server.wait() } catch { Issue.record(error) }
  }

  @Test("are hidden where an app prints them as it fails")
  func failure() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy(input: "SECRET_BOTH=told-2b8d4f6a0c", "env", "import", "-").expectSuccess()
      try project.commit("One", App.node("", extra: ["server.js": "throw new Error('no ' + process.env.SECRET_BOTH)"]))

      let push = try project.push().expect(status: 1)

      push.expect("Error: no ****")
      push.expectNo("told-2b8d4f6a0c")
      let shown = try LeakSearch(secrets: ["told-2b8d4f6a0c"]).found(in: sandbox).filter {
        !$0.hasPrefix("apps/shop/logs/")
      }
      #expect(shown == ["apps/shop/env"])
    }
  }
}
