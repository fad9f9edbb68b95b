import Deploy
import Posix
import TestKit
import Testing

@Suite("nextdeploy generate-ci")
struct WorkflowFileTests {
  @Test("writes what passes GitHub's own schema and zizmor at its strictest, whatever the project")
  func lint() throws {
    try Self.run { sandbox, github in
      let directory = "\(sandbox.home)/lint/.github/workflows"
      try Files.makeDirectory(directory)
      var count = 0
      func keep(_ arguments: String...) throws {
        try github.project.laptop(["generate-ci", "--force"] + arguments).expectSuccess()
        count += 1
        try Files.write(try github.workflow, to: "\(directory)/\(count).yml", durable: false)
      }
      for (lockfile, text) in Self.lockfiles {
        for (root, place) in [("", ""), ("apps/web/", ""), ("apps/web/", "apps/web/")] {
          for version in [".nvmrc", "apps/web/.node-version", ".bun-version", nil] {
            try github.project.git("rm", "-rfq", "--ignore-unmatch", ".")
            try github.project.commit("A project", Self.project(root, lockfile.map { "\(place)\($0)" }, text))
            if let version { try github.project.write([version: "22"]) }
            try keep()
            if version == nil { try keep("--build-on-runner") }
          }
        }
      }
      try keep("--no-verify")
      try keep("--branch", "release/1.x")
      try github.generate("--print", "--branch", "next").expectSuccess().expect("config set shop branch next")
      try github.generate("--print").expectSuccess().expectNo("config set")
      try keep("--remote", "nextdeploy@[::1]:shop")
      try github.project.write([
        "nextdeploy.json": #"{"install": "echo 'it''s' \"$HOME\" > /dev/null # \\ : ' -"}"#,
        "package.json": Self.manifest,
      ])
      try keep("--no-verify")
      try keep()
      for (root, lockfile) in [("", "package-lock.json"), ("apps/web/", "pnpm-lock.yaml"), ("apps/web/", nil)] {
        try github.project.git("rm", "-rfq", "--ignore-unmatch", ".")
        var files = Self.project(root, lockfile, "{}")
        files["\(root)package.json"] = Self.next
        try github.project.commit("Next.js", files)
        try keep("--build-on-runner")
      }
      try github.project.write([
        "nextdeploy.json": #"{"root": "apps/web", "build": "echo 'it''s' \"$HOME\" > /dev/null # \\ : ' -"}"#
      ])
      try keep("--build-on-runner", "--no-verify")

      let zizmor = try sandbox.run(
        ["zizmor", "--offline", "--no-progress", "--persona=pedantic", directory], environment: ["NO_COLOR": "1"])
      let schema = try sandbox.run(
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
          + Files.list(directory).map { "\(directory)/\($0)" })
      let scripts = try sandbox.run([
        "/usr/bin/python3", "\(ThisProject.path)/Tests/Fixtures/ci/check-scripts.py", directory,
      ])

      #expect(count == 99)
      try scripts.expectSuccess()
      try zizmor.expectSuccess().expect("No findings to report")
      try schema.expectSuccess()
    }
  }

  private static let lockfiles: [(String?, String)] = [
    ("package-lock.json", "{}"), ("pnpm-lock.yaml", ""), ("yarn.lock", "# yarn lockfile v1"),
    ("yarn.lock", "__metadata:\n"), ("bun.lock", "{}"), (nil, ""),
  ]

  private static let manifest =
    #"{"name": "shop", "scripts": {"start": "node a.js", "lint": "a", "typecheck": "b", "test": "c"}, "dependencies": {"a": "1"}}"#

  private static let next =
    #"{"name": "shop", "scripts": {"build": "next build"}, "dependencies": {"next": "16.4.5"}}"#

  private static func project(_ root: String, _ lockfile: String?, _ text: String) -> [String: String] {
    var files = ["\(root)package.json": manifest]
    if !root.isEmpty { files["nextdeploy.json"] = #"{"root": "\#(root)"}"# }
    if let lockfile { files[lockfile] = text }
    return files
  }

  @Test(
    "sets up what the project needs, and installs what its lockfile says",
    arguments: [
      ("package-lock.json", "cache: npm\n", "npm ci --include=dev --no-audit --no-fund", "npm run typecheck", 1),
      ("pnpm-lock.yaml", "cache: pnpm\n", "pnpm install --frozen-lockfile --prod=false", "pnpm run typecheck", 1),
      ("yarn.lock", "cache: yarn\n", "yarn install --immutable", "yarn run typecheck", 1),
      (
        "bun.lock", "key: bun-${{ runner.os }}-${{ hashFiles('bun.lock') }}", "bun install --frozen-lockfile",
        "bun run typecheck", 0
      ),
    ])
  func setUp(lockfile: String, cache: String, install: String, script: String, nodes: Int) throws {
    try Self.run { _, github in
      try github.project.write(Self.project("apps/web/", lockfile, "__metadata:"))
      try github.generate().expectSuccess().expect("once these pass: lint, typecheck, test")
      let workflow = try github.workflow

      for text in [
        cache, "        run: \(install)\n", "        working-directory: 'apps/web'\n        run: \(script)\n",
      ] {
        #expect(workflow.contains(text), "\(text) is not in\n\(workflow)")
      }
      #expect(workflow.split(separator: "uses: actions/setup-node@").count - 1 == nodes)
      // The package manager must be there when its cache is asked for.
      if let corepack = workflow.firstRange(of: "corepack enable"), let node = workflow.firstRange(of: "setup-node@") {
        #expect(corepack.lowerBound < node.lowerBound)
        // As the server installs it, not the newest there is.
        let version = lockfile == "yarn.lock" ? "yarn@4.18.1" : "pnpm@10.34.9"
        #expect(workflow.contains("corepack install --global \(version)\n"))
      }
    }
  }

  @Test("takes the version of Node from the file that names it, the nearest first")
  func nodeVersion() throws {
    try Self.run { _, github in
      func version() throws -> String {
        try github.generate("--force").expectSuccess()
        return try #require(try github.workflow.split(separator: "\n").first { $0.contains("node-version") }).drop {
          $0 == " "
        }.description
      }
      try github.project.write(Self.project("apps/web/", "package-lock.json", "{}"))
      #expect(try version() == "node-version: 'lts/*'")
      try github.project.write(["package.json": #"{"engines": {"node": ">=22"}}"#])
      #expect(try version() == "node-version-file: 'package.json'")
      try github.project.write([".node-version": "22"])
      #expect(try version() == "node-version-file: '.node-version'")
      try github.project.write(["apps/web/.nvmrc": "22"])
      #expect(try version() == "node-version-file: 'apps/web/.nvmrc'")
      try github.project.write([".gitignore": ".nvmrc"])
      #expect(try version() == "node-version-file: '.node-version'")
    }
  }

  @Test("writes over no other file unless it is told to, and works in any directory of the project")
  func overwriting() throws {
    try Self.run { sandbox, github in
      let project = github.project
      try project.write(App.node("one", extra: ["deep/down/x": ""]))
      let file = "\(project.directory)/\(GitHub.workflowPath)"
      try project.laptop(["ci"], in: "deep/down").expectSuccess().expect(
        "Wrote \(GitHub.workflowPath)", "ssh-keygen -t ed25519 -N '' -f nextdeploy_ci -C ci",
        "nextdeploy key add github-ci - --app shop < nextdeploy_ci.pub", "gh secret set SSH_PRIVATE_KEY",
        "warning: GitHub cannot reach 127.0.0.1")
      let written = try github.workflow

      try github.generate().expectSuccess().expect("is as it would be written")
      try Files.write("mine\n", to: file)
      try github.generate().expect(status: 2).expect("it is there", "--force")
      let printed = try sandbox.run(
        ["sh", "-c", "nextdeploy generate-ci --print 2>/dev/null"], in: project.directory,
        environment: ["HOME": sandbox.home])

      #expect(try printed.expectSuccess().text == written)
      #expect(try Files.text(file) == "mine\n")
      try github.generate("--force").expectSuccess()
      #expect(try github.workflow == written)
      #expect(try Files.list("\(project.directory)/deep/down") == ["x"])
    }
  }

  @Test("knows a server by known_hosts alone: hashed, under another name, on another port, or not at all")
  func hostKeys() throws {
    try Self.run { sandbox, github in
      let project = github.project
      try project.write(App.node("one"))
      let key = try #require(try Files.text("\(sandbox.home)/known_hosts")).split(whereSeparator: \.isWhitespace)[2]
      try Files.write(
        "Host vps\n  HostName 127.0.0.1\n  Port 2222\nHost *\n  UserKnownHostsFile \(sandbox.home)/known_hosts\n",
        to: "\(sandbox.home)/.ssh/config")
      try sandbox.run(["ssh-keygen", "-H", "-f", "\(sandbox.home)/known_hosts"]).expectSuccess()

      try github.generate("--remote", "nextdeploy@vps:shop").expectSuccess()
      let workflow = try github.workflow
      let unknown = try github.generate("--remote", "nextdeploy@127.0.0.1:shop", "--force")

      #expect(workflow.contains("SERVER: 'ssh://nextdeploy@127.0.0.1:2222'\n"))
      #expect(workflow.contains("            [127.0.0.1]:2222 ssh-ed25519 \(key)\n"))
      try unknown.expect(status: 1).expect("known_hosts has none", "ssh nextdeploy@127.0.0.1 generate-ci shop >")
      #expect(try github.workflow == workflow)
    }
  }

  @Test("refuses what could mean something else in a workflow, and says what to do")
  func refusals() throws {
    try Self.run { sandbox, github in
      let project = github.project
      try project.write(["package.json": Self.manifest])
      func refuse(_ arguments: String..., told: String...) throws {
        let output = try project.laptop(["generate-ci"] + arguments)
        #expect(output.status == 1 || output.status == 2, "\(output.text)")
        for text in told + ["  next: "] { #expect(output.text.contains(text), "\(output.text)") }
      }

      for branch in ["it's", "a+b", "a$b", "a\"b", "${{x}}"] {
        try refuse("--branch", branch, told: "its name has characters")
      }
      try refuse("--remote", "https://github.com/me/shop", told: "reached over ssh only")
      try refuse("--remote", "/opt/nextdeploy/apps/shop/repo.git", told: "ssh://nextdeploy@HOST:PORT/APP")
      try project.write(["nextdeploy.json": #"{"install": "echo ${{ secrets.X }}"}"#])
      try refuse(told: "has a line break or '{{' in it")
      try project.write(["nextdeploy.json": #"{"install": "one\ntwo"}"#])
      try refuse(told: "has a line break or '{{' in it")
      try project.write(["nextdeploy.json": #"{"build": "echo ${{ secrets.X }}"}"#])
      try refuse("--build-on-runner", told: "\"build\" in nextdeploy.json has a line break or '{{' in it")
      try project.write(["nextdeploy.json": #"{"root": "a${{ b }}"}"#, "a${{ b }}/package.json": Self.manifest])
      try refuse(told: "has characters that mean something in a workflow")
      try project.write(["nextdeploy.json": "{"])
      try refuse(told: "line 1")
      try project.git("remote", "remove", "production")
      try refuse(told: "no git remote 'production'", "nextdeploy init --remote nextdeploy@HOST:APP")
      try sandbox.run(["nextdeploy", "generate-ci"], in: "/").expect(status: 2).expect("is in no git repository")
      #expect(!Files.exists("\(project.directory)/.github"))
    }
  }

  /// A test with a project whose server is known, and not asked.
  private static func run(_ test: (Sandbox, GitHub) throws -> Void) throws {
    try Sandbox.run { sandbox in
      let hosts = "\(sandbox.home)/known_hosts"
      try sandbox.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(sandbox.home)/host"])
        .expectSuccess()
      let key = try #require(try Files.text("\(sandbox.home)/host.pub")).split(separator: " ").prefix(2).joined(
        separator: " ")
      let names = ["[127.0.0.1]:2222", "::1"]
      try Files.write(names.map { "\($0) \(key.trimmed)\n" }.joined(), to: hosts)
      let project = try PushedProject(
        sandbox: sandbox, app: "shop", remote: "ssh://nextdeploy@127.0.0.1:2222/shop", directory: "laptop")
      try test(sandbox, GitHub(project, knownHosts: hosts))
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(prefix { !$0.isNewline }) }
}
