import Deploy
import Posix
import TestKit
import Testing

@Suite("Over ssh no key")
struct SSHRefusalTests {
  @Test("has a shell: there is a greeting that says what is possible")
  func noShell() throws {
    try SSHServer.run { server in
      let client = try server.addKey()

      let greeting = try client.ssh()

      try greeting.expect(status: 1)
      greeting.expect(
        "The key laptop is for every app. There is no shell", "git push nextdeploy@HOST:APP main", "rollback")
      greeting.expectNo("key add", "receive-pack", "app remove")
      let group = try client.ssh("app --help").expectSuccess()
      group.expect("app show")
      group.expectNo("app remove")
      try client.ssh("key").expect(status: 2).expect("it is not for use over ssh")
    }
  }

  @Test("has a terminal, forwarding, sftp or scp, though sshd itself would allow them")
  func restricted() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let port = server.sandbox.sshPort

      try client.ssh("app list", options: ["-tt"]).expect("PTY allocation request failed")
      try client.ssh(options: ["-W", "127.0.0.1:\(port)"]).expect(status: 255).expect("prohibited")
      try client.ssh(
        "app list", options: ["-o", "ExitOnForwardFailure=yes", "-R", "\(port - 1):127.0.0.1:\(port)"]
      ).expect(status: 255).expect("remote port forwarding failed")
      // sshd passes on no errors of a subsystem.
      try client.ssh("sftp", options: ["-s"]).expect(status: 2)
      try client.ssh("scp -t /tmp").expect(status: 2).expect("there is no command 'scp'")
    }
  }

  @Test("hands variables to git or nextdeploy, where sshd lets them in")
  func variables() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let project = try client.project()
      let hostile = [
        "NEXTDEPLOY_ROOT=/nowhere", "NEXTDEPLOY_REPORT=1", "GIT_DIR=/nowhere", "GIT_CONFIG_COUNT=1",
        "GIT_CONFIG_KEY_0=core.hooksPath", "GIT_CONFIG_VALUE_0=/nowhere",
        "GIT_PROTOCOL=version=2:\(server.sandbox.home)",
        "GIT_TRACE=\(server.sandbox.home)/canary",
      ]
      let options = ["-o", "SetEnv=\(hostile.joined(separator: " "))"]
      try project.git("config", "core.sshCommand", client.sshCommand(options: options))
      try project.commit("One", App.node("one"))

      try project.push().expectSuccess().expect("remote: live: ")
      try client.ssh("status shop", options: options).expectSuccess()

      #expect(try server.sandbox.get() == "one")
      #expect(!Files.exists("\(server.sandbox.home)/canary"))
    }
  }

  @Test("asks for anything but a version of git's protocol, which is passed on")
  func gitProtocol() throws {
    try SSHServer.run { server in
      let project = try server.addKey().project()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()

      let trace = try server.sandbox.run(
        ["git", "ls-remote", "production"], in: project.directory, environment: ["GIT_TRACE_PACKET": "1"])

      try trace.expectSuccess().expect("< version 2")
    }
  }

  @Test("runs any of these lines: each is refused with a clear message, and nothing is run")
  func hostile() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      let client = try server.addKey()
      let project = try client.project()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let canary = "\(sandbox.home)/canary"
      let apps = try Files.list("\(sandbox.root)/apps")
      let deploys = try sandbox.deploys().count

      for (line, told) in Self.lines(canary: canary) {
        let output = try client.ssh(line)

        #expect((1...3).contains(output.status) || output.status == 128, "\(line.quoted): \(output.status)")
        #expect(output.text.hasPrefix("nextdeploy: "), "\(line.quoted): \(output.text)")
        #expect(output.text.contains(told), "\(line.quoted): \(output.text)")
        #expect(output.text.contains("  next: "), "\(line.quoted): \(output.text)")
        #expect(output.text.utf8.count < 1_000, "\(line.quoted): \(output.text.utf8.count) bytes")
        #expect(!Files.exists(canary), "\(line.quoted)")
      }

      #expect(try Files.list("\(sandbox.root)/apps") == apps)
      #expect(try sandbox.deploys().count == deploys)
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("runs any bytes that no OpenSSH client could send: sshd or nextdeploy refuses them, and nothing is run")
  func bytes() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      _ = try server.sandbox.createApp()
      let canary = "\(server.sandbox.home)/canary"
      let long = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
      let status = Array("status ".utf8)

      try client.send(status + Array("shop".utf8)).expectSuccess().expect("nothing yet")
      // sshd takes no NUL in a command, nor a packet of a megabyte; a smaller one is more than the system starts.
      try client.send(status + Array("shop\0; touch \(canary)".utf8)).expect(status: 255)
      try client.send(Array("git-upload-pack 'shop\0'".utf8)).expect(status: 255)
      try client.send(status + long).expect(status: 255)
      try client.send(status + long.prefix(200_000)).expect(status: 1).expect("Argument list too long")
      try client.send(status + long.prefix(130_000)).expect(status: 2).expect("more than the 65536 that are read")
      try client.send([0]).expect(status: 1).expect("There is no shell")
      try client.send(status + [0xff, 0xfe, 0xc0]).expect(status: 3).expect("there is none of that name")

      #expect(!Files.exists(canary))
      try client.ssh("status shop").expectSuccess()
    }
  }

  private static func lines(canary: String) -> [(String, String)] {
    let touch = "touch \(canary)"
    let shell = [
      "status shop; \(touch)", "status shop && \(touch)", "status shop | \(touch)", "status $(\(touch))",
      "status `\(touch)`", "status \"$(\(touch))\"", "status shop > \(canary)", "git-upload-pack 'shop';\(touch)",
      "git-upload-pack $(\(touch))", "& \(touch)",
    ].map { ($0, "means something to a shell only") }
    let breaks = [
      "status shop\n\(touch)", "git-upload-pack 'shop\n\(touch)'", "\n\(touch)", "status shop\r\(touch)",
    ].map { ($0, "there is a line break in it") }
    let quotes = ["status 'shop", "git-upload-pack 'shop", "status \"shop"].map { ($0, "is not closed") }
    let names = [
      "status 'shop; \(touch)'", "status ../shop", "status --app ../../etc", "status --app=", "status Shop",
      "status '$(\(touch))'", "status \(String(repeating: "a", count: 40))", "logs -- -x", "app show ../shop",
    ].map { ($0, "there is none of that name") }
    let paths = [
      "git-upload-pack '../shop'", "git-receive-pack '/etc/passwd'", "git-upload-pack 'shop/../shop'",
      "git-upload-pack '/opt/nextdeploy/apps/shop/repo.git'", "git-receive-pack '--help'",
      "git-upload-pack '-u\(canary)'", "git-receive-pack ''", "git-receive-pack 'new; \(touch)'",
    ].map { ($0, "that is not an app's name") }
    let notHere = [
      "app remove shop", "key list", "key add x", "key remove laptop", "receive-pack /x", "hook post-receive",
      "shell --key laptop", "nextdeploy shell --key other --root /",
    ].map { ($0, "it is not for use over ssh") }
    let unknown = ["sh", "/bin/sh", "bash -c id", "rm -rf /", "--app shop", "-c id", "''", "../nextdeploy", "git"].map {
      ($0, "there is no command")
    }
    return shell + breaks + quotes + names + paths + notHere + unknown + [
      ("status \u{1B}[2J", "there is a control character in it"),
      ("status \\", "it ends with a backslash"),
      ("git-upload-archive 'shop'", "only pushes and fetches are answered here"),
      ("git-lfs-authenticate 'shop' upload", "Git LFS is not supported"),
      ("git-upload-pack --strict 'shop'", "it takes one repository and nothing else"),
      ("git-receive-pack 'shop' 'blog'", "it takes one repository and nothing else"),
      ("app create -- --help", "is not an app's name"), ("app create 'new;x'", "is not an app's name"),
      ("app create new --domain 'a b'", "'a b'"), ("app create new --branch=-x", "-x"),
      ("rebuild shop -- --upload-pack=x", "the repository has none of that name"),
      ("rebuild shop ':/One'", "the repository has none of that name"),
      ("rollback shop ../../x", "'../../x'"), ("logs shop --deploy ../../../../etc/passwd", "passwd"),
      ("logs shop --deploy '*'", "'*'"), ("status shop --root /", "there is no option '--root'"),
      ("config set shop branch -- -x", "-x"), ("config set shop domains 'a/../b'", "a/../b"),
      ("status " + String(repeating: "a", count: 60_000), "there is none of that name"),
      ("status " + String(repeating: "a", count: 120_000), "more than the 65536 that are read"),
      ("git-receive-pack '" + String(repeating: "../", count: 20_000) + "'", "that is not an app's name"),
    ]
  }
}
