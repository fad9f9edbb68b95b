import Deploy
import Posix
import Testing

@Suite("An app's secrets")
struct LeakTests {
  private static let secrets = [
    "SECRET_BOTH": "both-7f3a9c2e51", "SECRET_BUILD": "build-0d4b8e6a17", "SECRET_RUN": "run-5c1e9f7b32",
    "SECRET_LINES": "-----BEGIN KEY-----\nlines-a8d2c4f60b\nlines-13e7b9d5c2\n-----END KEY-----",
  ]
  /// What is looked for: exact values, and the parts of them that must not be anywhere either.
  private static let needles = [
    "both-7f3a9c2e51", "build-0d4b8e6a17", "run-5c1e9f7b32", "lines-a8d2c4f60b", "lines-13e7b9d5c2",
  ]

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
      try sandbox.wait(for: "the build") { Files.exists("\(sandbox.home)/told") }
      #expect(try found(in: sandbox) == ["apps/shop/env", "process of the app"])
      try Files.write("", to: "\(sandbox.home)/go")
      let pushed = try push.wait().expectSuccess()

      pushed.expect("SECRET_BOTH=****", "SECRET_BUILD=****", "SECRET_RUN=****", "SECRET_LINES=****", "    ****  ")
      for needle in Self.needles { pushed.expectNo(needle) }
      let after: Set = ["apps/shop/env", "instances/shop:3001/service", "process of the app"]
      #expect(Set(try found(in: sandbox).map(Self.withoutPort)) == after)
      #expect(try sandbox.get() == "both-7f3a9c2e51,run-5c1e9f7b32,")
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(Set(try found(in: sandbox).map(Self.withoutPort)) == after)
    }
  }

  @Test("are hidden where an app tells them when it fails")
  func failure() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy(input: "SECRET_BOTH=both-7f3a9c2e51", "env", "import", "-").expectSuccess()
      try project.commit("One", App.node("", extra: ["server.js": "throw new Error('no ' + process.env.SECRET_BOTH)"]))

      let push = try project.push().expect(status: 1)

      push.expect("Error: no ****")
      push.expectNo("both-7f3a9c2e51")
      let shown = try found(in: sandbox).filter { !$0.hasPrefix("apps/shop/logs/") }
      #expect(shown == ["apps/shop/env"])
    }
  }

  // MARK: Looking

  private static func withoutPort(_ path: String) -> String {
    path.hasPrefix("instances/") ? "instances/shop:3001/service" : path
  }

  /// Where the secrets are: files below the root, and processes whose environment or command line has them.
  private func found(in sandbox: Sandbox) throws -> [String] {
    let files = try files(below: sandbox.root).filter { hasSecret(try Files.read("\(sandbox.root)/\($0)") ?? []) }
    return files + Set(try processes()).sorted()
  }

  private func files(below top: String, _ path: String = "") throws -> [String] {
    let directory = path.isEmpty ? top : "\(top)/\(path)"
    return try Files.list(directory).flatMap { name -> [String] in
      let below = path.isEmpty ? name : "\(path)/\(name)"
      switch try Files.status("\(top)/\(below)")?.kind {
      case .directory: return try files(below: top, below)
      case .file: return [below]
      default: return []
      }
    }
  }

  private func processes() throws -> [String] {
    try Files.list("/proc").compactMap { Int32($0) }.compactMap { id in
      let line = (try? Files.read("/proc/\(id)/cmdline")) ?? []
      if hasSecret(line) { return "command line of \(String(decoding: line, as: UTF8.self))" }
      guard hasSecret((try? Files.read("/proc/\(id)/environ")) ?? []) else { return nil }
      return isApps(id) ? "process of the app" : "environment of \(String(decoding: line, as: UTF8.self))"
    }
  }

  /// Whether a process was started by a guard or a supervisor; these themselves are nextdeploy's.
  private func isApps(_ id: Int32) -> Bool {
    func parent(_ id: Int32) -> Int32? {
      let status = (try? Files.text("/proc/\(id)/status")) ?? ""
      return status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        .flatMap { $0.split(separator: "\t").last.flatMap { Int32($0) } }
    }
    var next = parent(id)
    while let current = next, current > 1 {
      let line = (try? Files.text("/proc/\(current)/cmdline")) ?? ""
      if line.contains("nextdeploy-supervisor\0guard") || line.contains("nextdeploy-supervisor\0instance") {
        return true
      }
      next = parent(current)
    }
    return false
  }

  private func hasSecret(_ bytes: [UInt8]) -> Bool {
    // A file's beginning is compared with each secret's first byte first: there are many files.
    let text = String(decoding: bytes, as: UTF8.self)
    return Self.needles.contains { text.contains($0) }
  }
}
