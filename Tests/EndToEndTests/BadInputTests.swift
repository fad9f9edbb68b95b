import Deploy
import Posix
import TestKit
import Testing

/// A commit that cannot be deployed, and what its pusher must be told.
struct BadInput: CustomTestStringConvertible, Sendable {
  let name: String
  let step: String
  /// Laid over a good app; nil removes a file.
  let files: [String: String?]
  let told: [String]

  init(_ name: String, at step: String, _ files: [String: String?], tells told: String...) {
    self.name = name
    self.step = step
    self.files = files
    self.told = told
  }

  var testDescription: String { name }

  static let quick = #"{"health": {"timeout": 0.5}}"#

  static let all: [BadInput] = [
    BadInput("no package.json", at: "plan", ["package.json": nil], tells: "there is no package.json in the commit"),
    BadInput(
      "a package.json that is no JSON", at: "plan", ["package.json": "{\n  \"name\": oops\n}"],
      tells: "reading package.json", "line 2, column 11"),
    BadInput(
      "a nextdeploy.json that is no JSON", at: "plan", ["nextdeploy.json": "{\n// a comment\n\"build\" \"x\"}"],
      tells: "reading nextdeploy.json", "line 3, column 9"),
    BadInput(
      "an unknown setting", at: "plan", ["nextdeploy.json": #"{"biuld": "make"}"#],
      tells: "there is no setting 'biuld'", "Did you mean 'build'?"),
    BadInput(
      "an unknown setting below another", at: "plan", ["nextdeploy.json": #"{"health": {"pth": "/"}}"#],
      tells: "there is no setting 'health.pth'", "Did you mean 'path'?"),
    BadInput(
      "a setting of the wrong type", at: "plan", ["nextdeploy.json": #"{"health": {"timeout": "long"}}"#],
      tells: "\"health.timeout\" is a string, where a number of seconds should be"),
    BadInput(
      "a root that leads out", at: "plan", ["nextdeploy.json": #"{"root": "../other"}"#],
      tells: "'../other' is not a path inside the app"),
    BadInput(
      "a root that is not there", at: "plan", ["nextdeploy.json": #"{"root": "apps/web"}"#],
      tells: "\"root\" names 'apps/web', which is no directory"),
    BadInput("no start script", at: "plan", ["package.json": #"{"name": "x"}"#], tells: "there is no \"start\" script"),
    BadInput(
      "no build script of an app whose build makes files", at: "plan",
      ["package.json": #"{"name": "x", "devDependencies": {"vite": "8"}}"#],
      tells: "it is a Vite app, whose build makes static files, and there is no \"build\" script either"),
    BadInput(
      "a start script that runs a development package", at: "plan",
      [
        "package.json":
          #"{"scripts": {"start": "nest start", "start:prod": "node server.js"}, "devDependencies": {"@nestjs/cli": "11"}}"#,
        "package-lock.json":
          #"{"lockfileVersion": 3, "packages": {"node_modules/@nestjs/cli": {"dev": true, "bin": {"nest": "bin/nest.js"}}}}"#,
      ],
      tells: "runs 'nest' of @nestjs/cli, a development dependency",
      "Set \"start\" in nextdeploy.json to 'node server.js'",
      "\"dependencies\": \"all\""),
    BadInput(
      "a start script that would come from the network", at: "build",
      ["package.json": #"{"scripts": {"build": "touch built", "start": "npx serve out"}}"#],
      tells: "runs 'serve', which no dependency brings", "npm install serve"),
    BadInput(
      "a Next.js app without a build script", at: "plan",
      ["package.json": #"{"scripts": {"start": "next start"}, "dependencies": {"next": "16.4.5"}}"#],
      tells: "there is no \"build\" script, and a Next.js app must be built"),
    BadInput(
      "two lockfiles", at: "plan", ["package-lock.json": "{}", "yarn.lock": ""],
      tells: "package-lock.json, yarn.lock", "If you use npm, delete yarn.lock"),
    BadInput(
      "a lockfile of another package manager than is named", at: "plan",
      [
        "package.json": #"{"packageManager": "pnpm@10.0.0", "scripts": {"start": "node server.js"}}"#,
        "package-lock.json": "{}",
      ],
      tells: "the lockfile is npm's package-lock.json", "Delete package-lock.json"),
    BadInput(
      "an unknown package manager", at: "plan",
      ["package.json": #"{"packageManager": "npn@1.0.0", "scripts": {"start": "node server.js"}}"#],
      tells: "'npn@1.0.0', which is not known", "Did you mean 'npm'?"),
    BadInput(
      "an install that fails", at: "install", ["nextdeploy.json": #"{"install": "echo no such package; exit 7"}"#],
      tells: "it ended with exit code 7", "no such package"),
    BadInput(
      "an install of a package that is not there", at: "install",
      [
        "package.json":
          #"{"scripts": {"start": "node server.js"}, "dependencies": {"nextdeploy-no-such-package": "1.0.0"}}"#,
        "package-lock.json": nil,
      ],
      tells: "installing packages with 'npm install"),
    BadInput(
      "a lockfile that does not fit package.json", at: "install",
      [
        "package.json":
          #"{"name": "x", "scripts": {"start": "node server.js"}, "dependencies": {"local": "file:./local"}}"#,
        "package-lock.json": #"{"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}"#,
        "local/package.json": #"{"name": "local", "version": "1.0.0"}"#,
      ],
      tells: "package-lock.json, which npm 9 or later wrote, does not fit package.json",
      "Run 'npm install' where you develop"),
    BadInput(
      "a registry that does not answer", at: "install",
      [
        "package.json": #"{"scripts": {"start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}"#,
        "nextdeploy.json": #"{"install": "npm install --registry http://127.0.0.1:9 --fetch-retries=0"}"#,
      ],
      tells: "the registry of packages at http://127.0.0.1:9 cannot be reached from the server",
      "'curl -sSI http://127.0.0.1:9'"),
    BadInput(
      "a build that misses a variable", at: "build",
      [
        "nextdeploy.json": #"{"build": "node build.js"}"#,
        "build.js": "throw new Error('STRIPE_KEY environment variable is not set')",
        ".env.example": "STRIPE_KEY=\nMAIL_URL=smtp://localhost\n",
      ],
      tells: "it needs STRIPE_KEY, which nothing sets", "nextdeploy env set shop STRIPE_KEY"),
    BadInput(
      "a build that fails", at: "build", ["nextdeploy.json": #"{"build": "echo line 12: syntax error; exit 2"}"#],
      tells: "it ended with exit code 2", "line 12: syntax error"),
    BadInput(
      "a build whose program is missing", at: "build", ["nextdeploy.json": #"{"build": "no-such-bundler"}"#],
      tells: "a program of it was not found (exit code 127): the program 'no-such-bundler' was not found"),
    BadInput(
      "a build that is killed for memory", at: "build", ["nextdeploy.json": #"{"build": "kill -9 $$"}"#],
      tells: "it was killed (exit code 137)", "memory"),
    BadInput(
      "an app whose package is missing", at: "health", ["server.js": "require('left-pad')"],
      tells: "the app ended before it answered (exit code 1): the package left-pad is not there", "npm install left-pad"
    ),
    BadInput(
      "an app that exits", at: "health", ["server.js": "throw new Error('no database')"],
      tells: "the app ended before it answered (exit code 1)", "no database"),
    BadInput(
      "an app whose program is missing", at: "health",
      ["package.json": #"{"scripts": {"start": "no-such-server"}}"#], tells: "the app ended before it answered"),
    BadInput(
      "an app that never listens", at: "health",
      ["server.js": "console.log('thinking'); setInterval(() => {}, 1000)", "nextdeploy.json": quick],
      tells: "the app did not listen on 127.0.0.1:", "thinking", "PORT"),
    BadInput(
      "an app that listens on another port", at: "health",
      [
        "server.js": App.server("answer.end('x')", listen: "Number(process.env.PORT) + 9, '127.0.0.1'"),
        "nextdeploy.json": quick,
      ],
      tells: "the app listens on 127.0.0.1:", "not on 127.0.0.1:"),
    BadInput(
      "an app that listens on another address", at: "health",
      ["server.js": App.server("answer.end('x')", listen: "process.env.PORT, '127.0.0.9'"), "nextdeploy.json": quick],
      tells: "the app listens on 127.0.0.9:", "not on 127.0.0.1:"),
    BadInput(
      "an app that ends when Caddy asks it", at: "route",
      ["server.js": App.server("if (request.headers.connection !== 'close') process.exit(1); answer.end('x')")],
      tells: "reaching shop through Caddy", "was answered with 502, and not by the new release"),
    BadInput(
      "an app that answers 500", at: "health",
      [
        "server.js": App.server("answer.statusCode = 500; console.log('query failed'); answer.end()"),
        "nextdeploy.json": quick,
      ],
      tells: "GET / answered 500 for 0.5 s, where 200-399 is healthy", "query failed"),
    BadInput(
      "an app that hangs", at: "health", ["server.js": App.server(""), "nextdeploy.json": quick],
      tells: "did not answer GET / within 0.5 s"),
    BadInput(
      "an app that does not speak HTTP", at: "health",
      [
        "server.js": "require('net').createServer(s => s.end('hi\\n')).listen(process.env.PORT)",
        "nextdeploy.json": quick,
      ],
      tells: "is not HTTP"),
  ]
}

@Suite("Bad input")
struct BadInputTests {
  @Test("is reported clearly, changes nothing, and leaves the old release live", arguments: BadInput.all)
  func isTold(input: BadInput) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let good = try project.commit("Good", App.node("good"))
      try project.push().expectSuccess()
      let live = try #require(try sandbox.liveRelease())
      try project.commit("Bad", input.files)

      let push = try project.push().expect(status: 1)

      push.expect("FAILED at \(input.step): ", "  next: ", "The old release \(live) is still live.")
      for text in input.told { push.expect(text) }
      #expect(try sandbox.get() == "good")
      #expect(try sandbox.releases() == [live])
      #expect(try Files.list("\(sandbox.app())/releases") == [live])
      #expect(try sandbox.instances().count == 1)
      #expect(try project.serverRef() == good)
    }
  }

  @Test("of no files at all is reported")
  func emptyTree() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("Nothing")

      try project.push().expect(status: 1).expect("the commit holds no files", "No release of this app is live yet.")
    }
  }

  @Test("without a lockfile is deployed with a warning")
  func noLockfile() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        App.node(
          "one",
          extra: [
            "package.json": #"{"scripts": {"start": "node server.js"}, "dependencies": {"local": "file:./local"}}"#,
            "local/package.json": #"{"name": "local", "version": "1.0.0"}"#,
          ]))

      let push = try project.push().expectSuccess()

      push.expect("warning: there is no lockfile", "Commit package-lock.json.", "npm install")
    }
  }

  @Test("a symlink out of the repository is refused", arguments: ["/etc/passwd", "../../../etc/passwd", "a/../../x"])
  func symlink(target: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write(App.node("one"))
      try Files.link("\(project.directory)/link", to: target)
      try project.commit("Link")

      try project.push().expect(status: 1).expect("the symlink link points out of the repository, to '\(target)'")
    }
  }

  @Test("a submodule is refused")
  func submodule() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let head = try project.commit("One", App.node("one"))
      try project.git("update-index", "--add", "--cacheinfo", "160000,\(head),vendor/theme")
      try project.git("commit", "--quiet", "--message", "Add a submodule")

      try project.push().expect(status: 1).expect("vendor/theme is a git submodule")
    }
  }

  @Test("a Git LFS pointer is refused")
  func largeFile() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 12345\n"
      try project.write(App.node("one", extra: ["film.mp4": pointer]))
      try project.commit("One")
      // Where LFS is installed here, git would look at the pointer itself.
      try project.git("config", "filter.lfs.clean", "cat")
      try project.commit("Track films", [".gitattributes": "*.mp4 filter=lfs diff=lfs merge=lfs -text\n"])

      try project.push().expect(status: 1).expect("film.mp4 is a Git LFS pointer")
    }
  }

  @Test("a full disk is reported before anything is written")
  func fullDisk() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      let apps = "\(sandbox.root)/apps"
      let mount = try sandbox.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", "\(sandbox.app())/workspace"])
      try #require(mount.status == 0, "this test mounts a small file system, for which it must be root: \(mount.text)")
      defer { _ = try? sandbox.run(["umount", "\(sandbox.app())/workspace"]) }

      let push = try project.push().expect(status: 1)

      push.expect("looking for space on the disk", "MB are free below \(apps)", "Free at least")
    }
  }

  @Test("a build that fills the disk is ended, its app's workspace counted, and emptied when that is asked for")
  func buildFillsDisk() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let workspace = "\(sandbox.app())/workspace"
      let mount = try sandbox.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", workspace])
      try #require(mount.status == 0, "this test mounts a small file system, for which it must be root: \(mount.text)")
      defer { _ = try? sandbox.run(["umount", workspace]) }
      let fill =
        "trap '' TERM; mkdir -p node_modules; while :; do head -c 2000000 /dev/zero >> node_modules/x; sleep 0.02; done"
      try project.commit("Two", App.built("two", build: fill))

      let push = try project.push().expect(status: 1)

      push.expect("FAILED at build", "it was ended, for only", "16 MB are kept for the sites and other apps")
      push.expect("its workspace: 1", "MB in", "'nextdeploy rebuild COMMIT --clean --app shop' begins without it")
      #expect(try sandbox.get() == "one")
      try project.commit("Three", App.node("three", extra: ["nextdeploy.json": "{}"]))
      try project.push().expect(status: 1).expect("looking for space on the disk", "(its workspace: 1")
      #expect(Files.exists("\(workspace)/node_modules/x"), "nothing is emptied that nobody asked for")
      try project.git("push", "--quiet", "production", "main:three")
      try sandbox.nextdeploy("rebuild", "three", "--clean").expectSuccess()
      #expect(try sandbox.get() == "three")
    }
  }

  @Test("a build that makes files without end is ended before no more can be made")
  func buildFillsInodes() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One", App.built("one", build: "mkdir x; i=0; while :; do i=$((i+1)); touch x/$i; done 2> /dev/null"))
      let mount = try sandbox.run([
        "mount", "-t", "tmpfs", "-o", "size=200m,nr_inodes=2000", "tmpfs", "\(sandbox.app())/workspace",
      ])
      try #require(mount.status == 0, "this test mounts a small file system, for which it must be root: \(mount.text)")
      defer { _ = try? sandbox.run(["umount", "\(sandbox.app())/workspace"]) }

      try project.push().expect(status: 1)
        .expect(
          "FAILED at build", "the disk takes only", "more files (inodes); 40 are kept for the sites and other apps")
    }
  }

  @Test("a disk that fills up during the build is reported")
  func diskFillsUp() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.built("one", build: "head -c 200000000 /dev/zero > node_modules; echo written"))
      let mount = try sandbox.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", "\(sandbox.app())/releases"])
      try #require(mount.status == 0, "this test mounts a small file system, for which it must be root: \(mount.text)")
      defer { _ = try? sandbox.run(["umount", "\(sandbox.app())/releases"]) }

      let push = try project.push().expect(status: 1)

      push.expect("FAILED at release", "No space left on device", "Free space on the disk")
      #expect(try Files.list("\(sandbox.app())/releases") == [])
    }
  }

  @Test("a lack of free ports is reported")
  func noPort() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let port = try #require(try sandbox.instances().first?.split(separator: ":").last)
      try sandbox.nextdeploy("config", "set", "ports", "\(port)-\(port)").expectSuccess()
      try project.commit("Two", App.node("two"))

      try project.push().expect(status: 1).expect("all ports from \(port) to \(port) are taken", "config set ports")

      #expect(try sandbox.get() == "one")
    }
  }

  @Test("a program that is missing is named", arguments: ["caddy", "npm", "bun"])
  func missingProgram(program: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let start = program == "bun" ? "bun server.js" : "node server.js"
      try project.commit(
        "One",
        App.node(
          "one", start: start,
          extra: program == "npm"
            ? ["package.json": #"{"scripts": {"start": "node server.js"}, "dependencies": {"left": "1.0.0"}}"#] : [:]))
      let programs = "\(sandbox.home)/programs"
      try Files.makeDirectory(programs)
      for name in ["git", "node", "caddy", "npm", "sh", "env"] where name != program {
        try Files.link(
          "\(programs)/\(name)", to: try #require(Command.find(name, path: sandbox.environment["PATH"] ?? "")))
      }

      let push = try sandbox.run(
        [try #require(Command.find("git", path: sandbox.environment["PATH"] ?? "")), "push", "production", "main"],
        in: project.directory,
        // Bun is looked for in the user's home, too.
        environment: ["PATH": "\(ThisProject.products):\(programs)", "HOME": sandbox.home])

      try push.expect(status: 1).expect(
        ["caddy": "looking for Caddy", "npm": "looking for npm", "bun": "looking for Bun"][program] ?? "", "next: ")
    }
  }

  @Test("a missing git is reported by receive-pack")
  func missingGit() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()

      let output = try sandbox.run(
        ["\(ThisProject.products)/nextdeploy", "receive-pack", "\(sandbox.app())/repo.git"],
        environment: ["PATH": "/nowhere"])

      try output.expect(status: 1).expect("git is not on this machine's PATH", "Install git")
    }
  }

  @Test(
    "a damaged state or journal file is named, and nothing is done",
    arguments: ["live.json", "config.json"])
  func damagedState(file: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let path = "\(sandbox.app())/\(file)"
      let whole = try Files.text(path)
      try Files.write("{ half", to: path)
      try project.commit("Two", App.node("two"))

      let status = try sandbox.nextdeploy("status").expect(status: 1)
      let push = try project.push().expect(status: 1)

      status.expect("reading \(path)", "the file is damaged")
      push.expect("reading \(path)", "the file is damaged", "mv \(path)")
      try Files.write(try #require(whole), to: path)
      #expect(try sandbox.get() == "one")
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "two")
    }
  }

  @Test("damaged state that is not needed is left out, reported, and blocks nothing")
  func damagedLeftovers() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      for text in ["zero", "one"] {
        try project.commit(text, App.node(text))
        try project.push().expectSuccess()
      }
      // The release of one that still drains is in use.
      try wait(until: "the old release's end") { try sandbox.instances().count == 1 }
      let deploys = "\(sandbox.app())/deploys"
      let old = try #require(try Files.list("\(sandbox.app())/releases").sorted().first)
      try Files.write("{ half", to: "\(deploys)/00000001-000000.json")
      try Files.write("{ half", to: "\(sandbox.app())/releases/\(old)/release.json")
      try Files.write("no index", to: "\(sandbox.app())/unbuilt/git/index")
      try project.commit("Two", App.node("two"))

      try sandbox.nextdeploy("status").expectSuccess().expect("live")
      try sandbox.nextdeploy("releases").expectSuccess()
      let doctor = try sandbox.nextdeploy("doctor")
      let push = try project.push().expectSuccess()

      doctor.expect("\(deploys)/00000001-000000.json is damaged", "\(old)/release.json is damaged")
      push.expect("set aside, as \(deploys)/00000001-000000.json.damaged", "the release \(old) is removed", "live: ")
      #expect(try sandbox.get() == "two")
      #expect(try !Files.list("\(sandbox.app())/releases").contains(old))
      try project.commit("Three", App.node("three"))
      try project.push().expectSuccess().expectNo("damaged", "set aside")
    }
  }

  @Test("an environment that is lost is an error, not a start without secrets", arguments: ["emptied", "missing"])
  func lostEnvironment(how: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("env", "set", "GREETING=hello").expectSuccess()
      let file = "\(sandbox.app())/env"
      let whole = try #require(try Files.text(file))
      func lose() throws {
        if how == "missing" { try Files.remove(file) } else { try Files.write("", to: file, mode: 0o600) }
      }
      try lose()
      try project.commit("One", App.node("one"))

      // Before its first deploy, and after it.
      try project.push().expect(status: 1).expect("\(file) is", "Put it back from a backup", "env.set")
      try Files.write(whole, to: file, mode: 0o600)
      try project.push().expectSuccess()
      try lose()
      try project.commit("Two", App.node("two"))
      try project.push().expect(status: 1).expect("\(file) is")
      try sandbox.nextdeploy("restart").expect(status: 1).expect("\(file) is")
      try sandbox.nextdeploy("status").expectSuccess().expect("\(file) is")
      #expect(try sandbox.get() == "one")

      // What is taken away on purpose is no loss.
      try Files.write(whole, to: file, mode: 0o600)
      try sandbox.nextdeploy("env", "unset", "GREETING").expectSuccess()
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "two")
    }
  }
}
