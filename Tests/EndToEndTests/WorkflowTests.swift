import Deploy
import Posix
import TestKit
import Testing

/// The written workflow's own steps, run in their order against a real sshd with nextdeploy behind it.
@Suite("The workflow that generate-ci writes")
struct WorkflowTests {
  @Test("puts a push to GitHub live, and is red where the deploy fails, the key gone each time")
  func deploys() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      try github.generate().expectSuccess().expect("Wrote .github/workflows/nextdeploy.yml")
      let first = try project.commit("One", Self.app("one"))
      try github.push()

      let green = try github.run(first, secrets: secrets)
      let broken = try project.commit("Broken", ["nextdeploy.json": #"{"build": "exit 3"}"#])
      try github.push()
      let red = try github.run(broken, secrets: secrets)

      let url = try server.sandbox.url()
      try green.expectSuccess().expect(
        "lint is fine", "remote: live: \(url)", "## environment: \(url)\n", "verify success, deploy success")
      try red.expect(status: 1).expect("FAILED at build", "failed to push some refs", "deploy failure")
      #expect(try server.sandbox.get() == "one")
      #expect(try !github.hasKey)
    }
  }

  @Test("puts a rewritten history live, and an older one at GitHub too")
  func rewritten() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      try github.generate().expectSuccess()
      let first = try project.commit("One", Self.app("one"))
      try project.commit("Two", ["server.js": App.server("answer.end('two')")])
      try github.push()
      try github.run(project.head(), secrets: secrets).expectSuccess()
      try project.write(["server.js": App.server("answer.end('rewritten')")])
      try project.git("commit", "--quiet", "--all", "--amend", "--message", "Two, rewritten")
      try github.push("--force")

      let rewritten = try github.run(project.head(), secrets: secrets)
      let body = try server.sandbox.get()
      try project.git("reset", "--quiet", "--hard", first)
      try github.push("--force")
      let back = try github.run(first, secrets: secrets)

      try rewritten.expectSuccess()
      #expect(body == "rewritten")
      try back.expectSuccess()
      #expect(try server.sandbox.get() == "one")
    }
  }

  @Test(
    "does not roll back when an old run is started again, but puts live what its branch left behind and nobody deployed"
  )
  func stale() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      try github.generate().expectSuccess()
      let first = try project.commit("One", Self.app("one"))
      let second = try project.commit("Two", ["server.js": App.server("answer.end('two')")])
      let third = try project.commit("Three", ["server.js": App.server("answer.end('three')")])
      try github.push()

      let behind = try github.run(second, secrets: secrets)
      let body = try server.sandbox.get()
      let old = try github.run(first, secrets: secrets)

      try behind.expectSuccess().expect("main has moved on")
      #expect(body == "two")
      try old.expect(status: 1).expect("rejected")
      #expect(try server.sandbox.get() == "two")
      try github.run(third, secrets: secrets).expectSuccess()
      #expect(try server.sandbox.get() == "three")
    }
  }

  @Test("deploys nothing where a check is red, nor from another branch; it installs as nextdeploy.json says")
  func unverified() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      for (path, text) in Self.app("one") { try project.write([path: nil, "apps/web/\(path)": text]) }
      let install = #"echo "it's" 'installed: x' > "$RUNNER_TEMP/packages"; cat "$RUNNER_TEMP/packages""#
      try project.write(["nextdeploy.json": #"{"root": "apps/web", "install": \#(App.quoted(install))}"#])
      try github.generate().expectSuccess()
      let good = try project.commit("Good")
      let bad = try project.commit("Bad", ["apps/web/lint.js": "process.exit(1)"])
      try github.push()

      let unverified = try github.run(bad, secrets: secrets)
      let elsewhere = try github.run(good, ref: "refs/heads/other", secrets: secrets)

      try unverified.expect(status: 1).expect("it's installed: x", "verify failure, deploy skipped")
      try elsewhere.expectSuccess().expect("lint is fine", "verify success, deploy skipped")
      #expect(try server.sandbox.deploys().isEmpty)
    }
  }

  @Test("talks to no other server than the one whose key is in it, and says what is wrong with a secret")
  func wrongServerOrKey() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      try github.generate("--no-verify").expectSuccess()
      let commit = try project.commit("One", Self.app("one"))
      try github.push()
      let workflow = try github.workflow
      let own = try #require(try Files.text("\(server.sandbox.home)/ssh/host.pub")).split(separator: " ")[1]
      let other = try server.newKey("other")
      let stranger = try #require(try Files.text("\(other.key).pub")).split(separator: " ")[1]
      let locked = "\(server.sandbox.home)/locked"
      try server.sandbox.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", locked]).expectSuccess()

      let wrong = try github.run(commit, workflow: workflow.replacing(own, with: stranger), secrets: secrets)
      let none = try github.run(commit, secrets: [:])
      let passphrase = try github.run(commit, secrets: ["SSH_PRIVATE_KEY": Files.text(locked) ?? ""])
      let unknown = try github.run(commit, secrets: ["SSH_PRIVATE_KEY": Files.text(other.key) ?? ""])

      #expect(workflow.contains(own))
      try wrong.expect(status: 1).expect("Host key verification failed", "## deploy: Remove the key")
      try none.expect(status: 1).expect("SSH_PRIVATE_KEY is not set")
      try passphrase.expect(status: 1).expect("no private key without a passphrase")
      try unknown.expect(status: 1).expect("Permission denied")
      #expect(try !github.hasKey)
      #expect(try server.sandbox.deploys().isEmpty)
      try github.run(commit, secrets: secrets).expectSuccess()
    }
  }

  @Test("hands DOPPLER_TOKEN over to the server, and shows it to nobody else")
  func doppler() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      try github.generate("--no-verify").expectSuccess()
      let commit = try project.commit("One", Self.app("one"))
      try github.push()
      let token = "dp.st.prd.0123456789abcdefghijklmnopqrstuvwxyz"
      // Nothing of this test reaches Doppler; whether the deploy does is not asked here.
      try Files.write("DOPPLER_API_HOST=http://127.0.0.1:9\n", to: "\(server.sandbox.app())/env", mode: 0o600)

      let output = try github.run(commit, secrets: secrets.merging(["DOPPLER_TOKEN": token]) { $1 })

      output.expectNo(token, "A SECRET IS IN THE COMMAND LINE")
      output.expect("## deploy: Hand over DOPPLER_TOKEN")
      #expect(try github.files(holding: token) == [])
      #expect(
        try Files.text("\(server.sandbox.home)/ssh-lines")?.contains("env set DOPPLER_TOKEN --app shop\n") == true)
      #expect(try Files.text("\(server.sandbox.app())/env")?.contains("DOPPLER_TOKEN=\(token)\n") == true)
    }
  }

  @Test(
    "that builds on the runner ships what a build was given by the server and by nobody else, and is red where the deploy is"
  )
  func onRunner() throws {
    try Self.run { server, github, secrets in
      let project = github.project
      let secret = "it's 100%0A of $HOME,\nin two \"lines\" of it"
      try server.sandbox.nextdeploy(input: secret, "env", "set", "shop", "API_KEY").expectSuccess()
      try server.sandbox.nextdeploy("env", "set", "shop", "ONLY_RUN=not for builds", "--run").expectSuccess()
      let build = """
        const { API_KEY, ONLY_RUN, SERVER, SSH_PRIVATE_KEY, NODE_ENV, RUNNER_TEMP } = process.env
        const fs = require('fs')
        console.log('built with', API_KEY)
        const built = { API_KEY, ONLY_RUN, SERVER, SSH_PRIVATE_KEY, NODE_ENV }
        built.key = fs.existsSync(RUNNER_TEMP + '/nextdeploy/ssh_config') && fs.existsSync(RUNNER_TEMP + '/nextdeploy/key')
        fs.writeFileSync('built.json', JSON.stringify(built))
        """
      let package = #"{"name": "shop", "scripts": {"start": "node server.js", "build": "node build.js"}}"#
      func app(_ body: String) -> [String: String] {
        ["package.json": package, "build.js": build, "server.js": App.server(body), ".gitignore": "built.json"]
      }
      try project.write(app("answer.end(require('fs').readFileSync('built.json'))"))
      try github.generate("--build-on-runner").expectSuccess().expect("will be built by GitHub's runner and shipped to")
      let first = try project.commit("One")
      try github.push()

      let green = try github.run(first, secrets: secrets).expectSuccess()
      let built = try JSON.parse(try #require(try server.sandbox.get()))
      let broken = try project.commit("Broken", ["server.js": "throw new Error('no shop today')"])
      try github.push()
      let red = try github.run(broken, secrets: secrets)
      let still = try server.sandbox.get()
      let third = try project.commit("Three", app("answer.end('three')"))
      try github.push()
      try github.run(third, secrets: secrets).expectSuccess()
      let old = try github.run(first, secrets: secrets)

      let url = try server.sandbox.url()
      green.expect(
        "built with ***\n***\n", "built elsewhere", "live: \(url)\n", "## environment: \(url)\n", "deploy success")
      for output in [green, red] { output.expectNo("100%0A", "in two", "A SECRET IS IN THE COMMAND LINE") }
      #expect(built["API_KEY"]?.string == secret && built["NODE_ENV"]?.string == "production")
      #expect(built["ONLY_RUN"] == nil && built["SERVER"] == nil && built["SSH_PRIVATE_KEY"] == nil)
      #expect(built["key"] == .bool(false), "the key is not there while others' programs run")
      try red.expect(status: 1).expect("FAILED at ", "no shop today", "deploy failure", "## deploy: Remove the key")
      #expect(try still.map { try JSON.parse($0) } == built)
      try old.expect(status: 1).expect("main has moved on, and what is live is not older")
      #expect(try server.sandbox.get() == "three")
      #expect(try !github.hasKey)
      let status = try JSON.parse(try server.sandbox.nextdeploy("status", "shop", "--json").expectSuccess().text)
      #expect(status["commit"]?.string == third)
    }
  }

  @Test("prints over ssh what the server knows: its host keys, the app's branch and checks, for the key's apps only")
  func overSSH() throws {
    try SSHServer.run { server in
      let owner = try server.addKey()
      try server.sandbox.nextdeploy("app", "create", "blog", "--branch", "trunk").expectSuccess()
      let project = try owner.project()
      try project.commit(
        "One", App.node("one", extra: ["package.json": #"{"scripts": {"start": "node server.js", "lint": "true"}}"#]))
      try project.push().expectSuccess()
      let client = try server.addKey("ci", apps: "shop")
      func printed(_ line: String) throws -> String {
        try server.sandbox.run(
          ["sh", "-c", "\(owner.sshCommand()) \(server.user)@127.0.0.1 -- \(line) 2>/dev/null"]
        ).expectSuccess().text
      }
      let keys = try Files.list("/etc/ssh").filter { $0.hasPrefix("ssh_host_") && $0.hasSuffix(".pub") }
        .compactMap { try Files.text("/etc/ssh/\($0)")?.split(separator: " ")[1] }

      let workflow = try printed("generate-ci shop")
      let named = try printed("ci blog --remote nextdeploy@shop.example.com:blog --no-verify")

      #expect(!keys.isEmpty)
      for key in keys { #expect(workflow.contains("[127.0.0.1]:\(server.sandbox.sshPort) ") && workflow.contains(key)) }
      for text in [
        "SERVER: 'ssh://\(server.user)@127.0.0.1:\(server.sandbox.sshPort)'\n", "run: npm run lint\n",
        "branches: ['main']",
      ] {
        #expect(workflow.contains(text), "\(text) is not in\n\(workflow)")
      }
      #expect(
        named.contains("branches: ['trunk']") && named.contains("SERVER: 'ssh://nextdeploy@shop.example.com:22'\n"))
      #expect(named.contains("            shop.example.com ssh-") && !named.contains("verify:"))
      let shipping = try printed("generate-ci shop --build-on-runner")
      #expect(shipping.contains("env build shop --github") && shipping.contains("ship shop --commit"))
      try client.ssh("env", "build", "shop").expectSuccess().expect("NEXT_DEPLOYMENT_ID='")
      try client.ssh("env", "build", "blog").expect(status: 1).expect("the key ci is only for shop")
      try client.ssh("generate-ci").expectSuccess().expect("name: NextDeploy", "key add github-ci - --app shop")
      try client.ssh("generate-ci blog").expect(status: 1).expect("the key ci is only for shop")
      try client.ssh("generate-ci shop --remote nextdeploy@host:blog").expect(status: 2).expect("names another app")
      try client.ssh("init --remote nextdeploy@host:shop").expect(status: 2).expect("a project on your own machine")
    }
  }

  /// An app that passes its own check.
  private static func app(_ text: String) -> [String: String] {
    App.node(
      text,
      extra: [
        "package.json":
          #"{"name": "shop", "scripts": {"start": "node server.js", "lint": "node lint.js", "test": "no test specified"}}"#,
        "lint.js": "console.log('lint is fine')",
      ])
  }

  /// A test with a server, a project that knows it, and a key of the project's CI that is for its app only.
  static func run(_ test: (SSHServer, GitHub, [String: String]) throws -> Void) throws {
    try SSHServer.run { server in
      try server.sandbox.nextdeploy("app", "create", "shop").expectSuccess()
      let client = try server.addKey("github-ci", apps: "shop")
      let github = try GitHub(client.project(), knownHosts: client.knownHosts)
      try github.project.git(
        "remote", "set-url", "production", "ssh://\(server.user)@127.0.0.1:\(server.sandbox.sshPort)/shop")
      try github.project.write(app("nothing"))
      try test(server, github, ["SSH_PRIVATE_KEY": try Files.text(client.key) ?? ""])
    }
  }
}

@Suite(
  "The workflow that builds Next.js on the runner", .enabled(if: Registry.answers, "no npm registry answers"),
  .serialized)
struct WorkflowNextTests {
  @Test("makes the release that the server would have, and keeps the build's cache where nobody else can read it")
  func next() throws {
    try WorkflowTests.run { server, github, secrets in
      let project = github.project
      let sandbox = server.sandbox
      for file in try Files.list(project.directory) where file != ".git" {
        try sandbox.run(["rm", "-r", "\(project.directory)/\(file)"]).expectSuccess()
      }
      try sandbox.nextdeploy("env", "set", "shop", "NEXT_PUBLIC_NAME=a public name").expectSuccess()
      let runner = "\(sandbox.home)/runner"
      let kept = "\(runner)/home/.cache/nextdeploy/next"
      // What an earlier run has kept.
      try Files.makeDirectory("\(sandbox.home)/earlier/turbopack")
      try Files.write("earlier", to: "\(sandbox.home)/earlier/turbopack/marker")
      try Files.makeDirectory(Files.parent(kept))
      try sandbox.nextdeploy("env", "build", "shop").expectSuccess()
      let key = try #require(try Files.text("\(sandbox.app())/server-actions-key"))
      func cipher(_ command: String) throws -> Output {
        try sandbox.run(
          ["bash", "-o", "pipefail", "-c", command],
          environment: ["KEY": key, "FILE": kept, "FROM": "\(sandbox.home)/earlier"])
      }
      try cipher(
        #"tar -c --zstd -C "$FROM" . | openssl enc -aes-256-ctr -pbkdf2 -pass env:KEY -out "$FILE""#
      ).expectSuccess()
      for (path, text) in try Fixture.files("next-app") { try project.write([path: text]) }
      try project.write([
        "app/page.js": "export default () => <h1>{process.env.NEXT_PUBLIC_NAME}</h1>\n",
        ".gitignore": "node_modules\n.next\n",
      ])
      try github.generate("--build-on-runner").expectSuccess()
      let commit = try project.commit("One")
      try github.push()

      let output = try github.run(commit, secrets: secrets)

      try output.expectSuccess().expect("Next.js 16.4.5 (standalone), built elsewhere", "live: ")
      output.expectNo(key)
      let release = try #require(try sandbox.liveRelease())
      let record = try JSON.parse(try #require(try Files.text("\(sandbox.app())/releases/\(release)/release.json")))
      let id = try #require(record["environment"]?["NEXT_DEPLOYMENT_ID"]?.string)
      let page = try #require(try sandbox.get())
      #expect(id.utf8.count == "20261127-220153-471103".utf8.count && page.contains("dpl=\(id)"))
      #expect(page.contains("a public name"))
      let manifest = "\(sandbox.app())/releases/\(release)/app/.next/server/server-reference-manifest.json"
      #expect(try Files.text(manifest)?.contains(key) == true)
      #expect(record["archive"]?["commit"]?.string == commit)
      #expect(try Files.text("\(runner)/workspace/.next/cache/turbopack/marker") == "earlier")
      #expect(try sandbox.run(["grep", "-cF", "-e", key, kept]).text == "0\n")
      let listed = try cipher(#"openssl enc -d -aes-256-ctr -pbkdf2 -pass env:KEY -in "$FILE" | tar -t --zstd"#)
      try listed.expectSuccess().expect("./turbopack/marker", ".sst")
      listed.expectNo("fetch-cache")
    }
  }
}
