import Deploy
import Posix
import TestKit
import Testing

/// A server that is gone, and an empty one that takes its place.
@Suite("A backup of a whole server", .serialized)
struct BackupTests {
  @Test(
    "brings what was live back on an empty server; one that is damaged, cut off or of another passphrase changes nothing"
  )
  func restores() throws {
    try Sandbox.run { old in
      let files = App.node(
        "",
        extra: [
          "nextdeploy.json": #"{"persist": ["data", "kept/deep"]}"#, "data/first": "from the repository",
          "server.js": App.server(
            "answer.end(require('fs').readFileSync(__dirname + '/data/note', 'utf8') + process.env.WORD)"),
        ])
      let project = try old.createApp(environment: ["WORD": "and a word"])
      try project.commit("First", files)
      try Files.makeDirectory("\(old.app())/shared/data")
      try Files.write("written by the app, ", to: "\(old.app())/shared/data/note", mode: 0o640)
      try old.run(["touch", "-d", "2001-02-03 04:05:06.789", "\(old.app())/shared/data/note"]).expectSuccess()
      try old.run(["ln", "-s", "/nowhere", "\(old.app())/shared/data/out"]).expectSuccess()
      try old.run(["mkfifo", "\(old.app())/shared/data/pipe"]).expectSuccess()
      try project.push().expectSuccess()
      let (body, release) = (try old.get(), try #require(try old.liveRelease()))
      #expect(body == "written by the app, and a word")
      try old.nextdeploy("config", "set", "domains", "shop.example.com", "--app", "shop").expectSuccess()
      try old.nextdeploy("app", "create", "empty").expectSuccess()

      // What an app makes must not keep anybody's backup from being brought back.
      try old.run(["truncate", "-s", "10T", "\(old.app())/shared/data/holes"]).expectSuccess()
      let link = "\(old.app())/releases/\(release)/app/link"
      try old.run(["ln", "-s", "../../../shared/../x", link]).expectSuccess()

      let backup = "\(old.home)/backup"
      let passphrase = try secret("a passphrase of the test", in: old)
      let exported = try export(old, to: backup, "--passphrase-file", passphrase).expectSuccess()
      exported.expect("apps/shop/shared/data/pipe: it is a named pipe", "Exported 2 apps")
      exported.expect("apps/shop/shared/data/holes: it has more holes than content")
      try old.run(
        ["sh", "-c", "touch -r . ../../time; rm holes; touch -r ../../time .; rm ../../time"],
        in: "\(old.app())/shared/data"
      )
      .expectSuccess()
      try old.run(["grep", "-c", "a word", backup]).expect(status: 1)
      #expect(try Files.list(old.root).contains { $0.hasPrefix(".temporary") } == false)

      try Sandbox.run { new in
        let before = try tree(new)
        let wrong = try secret("another passphrase", in: new)
        try importing(new, backup, wrong).expect(status: 1).expect(
          "the passphrase is not the one", "Nothing was changed")
        let size = try #require(try Files.status(backup)).size
        for (name, change) in [
          ("cut", ["truncate", "-s", "\(size - 5)"]), ("short", ["truncate", "-s", "\(size / 2)"]),
          ("none", ["truncate", "-s", "3"]), ("changed", overwrite(size - 40)), ("not summed", overwrite(size - 4)),
        ] {
          try new.run(["cp", backup, "\(new.home)/\(name)"]).expectSuccess()
          try new.run(change + ["\(new.home)/\(name)"]).expectSuccess()
          try importing(new, "\(new.home)/\(name)", passphrase).expect(status: 1).expect(
            "reading the backup", "Nothing was changed")
        }
        #expect(try tree(new) == before)
        // What an import that was killed has left.
        try Files.makeDirectory("\(new.root)/import.unfinished/apps/shop")
        try new.nextdeploy("doctor").expect("import.unfinished was left behind when a backup was imported")

        let imported = try importing(new, backup, passphrase).expectSuccess()
        imported.expect("live: ", "Imported 2 apps, 1 live, in ")
        #expect(try new.liveRelease() == release)
        let got = try new.run(
          [
            "curl", "-s", "--resolve", "shop.example.com:\(new.port(20)):127.0.0.1",
            "http://shop.example.com:\(new.port(20))/",
          ])
        #expect(got.text == body)
        #expect(try describe(new) == describe(old))
        #expect(
          try new.run(["git", "--git-dir", "\(new.app())/repo.git", "show-ref"]).text.split(separator: "\n").filter {
            !$0.contains("failed")
          }
            == old.run(["git", "--git-dir", "\(old.app())/repo.git", "show-ref"]).text.split(separator: "\n"))
        #expect(try Files.list(new.root).contains { $0.contains("unfinished") } == false)
        try new.nextdeploy("doctor").expect("ok       apps: shop runs", "belong to whom they should")

        try importing(new, backup, passphrase).expect(status: 1).expect(
          "there is an app of that name", "Nothing was changed")
        let moved = try PushedProject(sandbox: new, app: "shop")
        try moved.git("pull", "--quiet", "production", "main")
        try moved.commit("Second", ["data/first": "later"])
        try moved.push().expectSuccess()
        #expect(try new.liveRelease() != release)
        #expect(try Files.text("\(new.app())/shared/data/note") == "written by the app, ")
      }
    }
  }

  @Test("is encrypted for a passphrase or a key of age's, unless it is said that it is not to be")
  func encrypts() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp(environment: ["WORD": "a secret word"])
      let file = "\(sandbox.home)/backup"
      try export(sandbox, to: file).expect(status: 2).expect("no passphrase", "--unencrypted does not")
      try export(sandbox, to: file, "--unencrypted", "--passphrase-file", file).expect(status: 2).expect("Give one")
      try export(sandbox, to: file, "--unencrypted", "--output", file).expect(status: 2).expect(
        "--output is for one app")
      try sandbox.nextdeploy("export", "shop", "--unencrypted").expect(status: 2).expect(
        "--unencrypted is for a backup")
      let unsealed = try export(sandbox, to: file, "--recipient", "age1x").expect(status: 1)
      unsealed.expect("the program for it ended with exit code 1")
      unsealed.expectNo("Broken pipe")
      try export(sandbox, to: file, "--passphrase-file", secret("short", in: sandbox)).expect(status: 2).expect(
        "12 to 1024")
      try export(sandbox, to: file, "--unencrypted").expectSuccess()
      try sandbox.run(["/bin/sh", "-c", "tar x --zstd --to-stdout -f \"$0\" apps/shop/env", file]).expectSuccess()
        .expect("a secret word")
      try Sandbox.run { new in
        try new.run(["nextdeploy", "import", "--app", "ship"], reading: file).expect(status: 3).expect("'shop'")
        try new.run(["nextdeploy", "import", "--app", "shop"], reading: file).expectSuccess().expect(
          "Imported 1 app, 0 live")
        try new.nextdeploy("env", "list", "--show", "--app", "shop").expect("a secret word")
        try new.nextdeploy("app", "remove", "shop").expectSuccess()
        for (change, cause) in [
          (#"echo '{"version":2}' > backup.json"#, "format 2"),
          (
            #"echo '{"version":1,"apps":[{"name":"../x","links":[],"hasCommits":false}],"keys":[]}' > backup.json"#,
            "its manifest cannot be read"
          ),
          (
            "rm -r apps/shop/shared; ln -s / apps/shop/shared",
            "apps/shop/shared is missing in it, or is something else"
          ),
          ("ln -s / apps/other", "other apps"), ("ln -sf /etc/passwd apps/shop/env", "apps/shop/env is missing"),
        ] {
          let script =
            "mkdir -p x; cd x; tar x --zstd -f ../backup; \(change); tar c --zstd -f ../hostile *; cd ..; rm -r x"
          try sandbox.run(["/bin/sh", "-ec", script], in: sandbox.home).expectSuccess()
          try new.run(["nextdeploy", "import"], reading: "\(sandbox.home)/hostile").expect(status: 1).expect(
            cause, "Nothing was changed")
        }
        try new.nextdeploy(input: "nextdeploy-backup 9 of whatever", "import").expect(status: 1).expect(
          "made by another version", "format 9")

        let key = "\(new.home)/key"
        try sandbox.run(["age-keygen", "-o", key]).expectSuccess()
        let recipient = try sandbox.run(["age-keygen", "-y", key]).expectSuccess().text.dropLast()
        try export(sandbox, to: file, "--recipient", String(recipient)).expectSuccess()
        try new.run(["nextdeploy", "import"], reading: file).expect(status: 2).expect("--identity FILE")
        try new.run(["/bin/sh", "-c", "head -c -1 \"$0\" > \"$0.cut\"", file]).expectSuccess()
        try new.run(["nextdeploy", "import", "--identity", key], reading: "\(file).cut").expect(status: 1).expect(
          "Nothing was changed")
        try new.run(["nextdeploy", "import", "--identity", key], reading: file).expectSuccess()
        try new.nextdeploy("env", "list", "--show", "--app", "shop").expect("a secret word")
      }
    }
  }

  // MARK: Helpers

  private func overwrite(_ place: Int) -> [String] {
    ["/bin/sh", "-c", "printf XXXX | dd of=\"$0\" bs=1 seek=\(place) conv=notrunc status=none"]
  }

  private func secret(_ text: String, in sandbox: Sandbox) throws -> String {
    let file = "\(sandbox.home)/passphrase-\(text.utf8.count)"
    try Files.write("\(text)\n", to: file, mode: 0o600, durable: false)
    return file
  }

  /// Without a terminal to ask at.
  private func export(_ sandbox: Sandbox, to file: String, _ options: String...) throws -> Output {
    try sandbox.run(
      ["setsid", "--wait", "/bin/sh", "-c", "exec \"$@\" > \"$0\"", file, "nextdeploy", "export", "--all"] + options)
  }

  private func importing(_ sandbox: Sandbox, _ file: String, _ passphrase: String) throws -> Output {
    try sandbox.run(["nextdeploy", "import", "--passphrase-file", passphrase], reading: file)
  }

  /// All that there is below a root.
  private func tree(_ sandbox: Sandbox) throws -> String {
    try sandbox.run(["find", sandbox.root, "!", "-name", "import.lock", "-printf", "%P %y %s\n"]).expectSuccess().text
      .split(separator: "\n").sorted().joined(separator: "\n")
  }

  /// What is to be the same on both: what the app kept, what is live, and its own files.
  private func describe(_ sandbox: Sandbox) throws -> [String] {
    let app = sandbox.app()
    let release = try #require(try sandbox.liveRelease())
    let found = try sandbox.run([
      "find", "\(app)/shared", "\(app)/releases/\(release)", "\(app)/env", "!", "-type", "p", "-printf",
      "%P %y %m %T@ %l\n",
    ]).expectSuccess()
    return found.text.replacing(sandbox.root, with: "ROOT").split(separator: "\n").map(String.init).sorted()
  }
}
