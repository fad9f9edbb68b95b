@testable import Adapters
import Deploy
import Posix
import TestKit
import Testing

@Suite("A runtime that is brought")
struct RuntimeInstallerTests {
  /// A mirror below a test's directory, and the installer that uses it.
  private struct Mirrored {
    let scratch: Scratch
    let server: NodeServer
    var automatic: Bool?

    var layout: Layout { Layout(root: "\(scratch.path)/root") }

    /// What is told is written into a file, since the installer tells it from anywhere.
    func installer() throws -> RuntimeInstaller {
      var settings = RuntimeSettings()
      settings.mirror = try Mirror("http://127.0.0.1:\(server.port)/node/")
      settings.bunMirror = try Mirror("http://127.0.0.1:\(server.port)/bun")
      let told = "\(scratch.path)/told"
      try Files.makeDirectory(layout.root)
      return RuntimeInstaller(
        layout: layout, environment: ["PATH": CurrentProcess.environment["PATH"] ?? ""], settings: settings
      ) { line in
        do { try FileDescriptor(path: told, .append).write("\(line)\n".utf8) } catch { Issue.record(error) }
      }
    }

    /// Offers a version, and returns the path of its archive.
    @discardableResult
    func offer(_ version: String, _ archive: SampleArchive, listed: String? = nil) throws -> String {
      let name = SampleArchive.top(version)
      let directory = "\(scratch.path)/mirror/node/v\(version)"
      try Files.makeDirectory(directory)
      try Files.write(bytes: archive.ended, to: "\(directory)/\(name).tar")
      try runProgram(["gzip", "-f", "\(name).tar"], in: directory)
      try runProgram(["/bin/sh", "-c", "sha256sum \(name).tar.gz > SHASUMS256.txt"], in: directory)
      try Files.write(
        #"[{"version": "v\#(listed ?? version)", "files": ["\#(SampleArchive.platform)"], "lts": "Krypton"}]"#,
        to: "\(scratch.path)/mirror/node/index.json")
      return "\(directory)/\(name).tar.gz"
    }

    func install(_ text: String, most: Int = .max, watch: @escaping () throws -> Void = {}) throws -> InstalledRuntime {
      try installer().install(
        RuntimeNeed(.node, [RuntimeWish(try RuntimeRequest(text), source: ".nvmrc")]), most: most, watch: watch)
    }

    /// Expects that nothing of it is left but what was there.
    func expectNothing(_ listed: [String] = []) throws {
      #expect(try RuntimeStore(layout: layout).list().map(\.description) == listed)
      #expect(!Files.exists("\(scratch.path)/root/runtimes/unfinished"))
    }
  }

  private func failure(_ body: () throws -> Void) -> Failure? { #expect(throws: Failure.self) { try body() } }

  /// Runs a test with a mirror: a file "X.short" has it send half of X, "X.endless" has it never stop, "X.moved" says where
  /// X is instead.
  private func run(_ test: (Mirrored) throws -> Void) async throws {
    try await Scratch.run { scratch in
      try Files.makeDirectory("\(scratch.path)/mirror")
      let script = """
        const fs = require('fs')
        const server = require('http').createServer((request, answer) => {
          const file = 'mirror' + request.url
          fs.appendFileSync('asked', request.url + '\\n')
          if (fs.existsSync(file + '.moved')) {
            answer.writeHead(302, { location: fs.readFileSync(file + '.moved') })
            return answer.end()
          }
          if (fs.existsSync(file + '.endless')) {
            const more = () => { while (!answer.destroyed && answer.write(Buffer.alloc(1 << 16))); }
            answer.on('drain', more)
            return more()
          }
          if (!fs.existsSync(file)) { answer.writeHead(404); return answer.end() }
          const bytes = fs.readFileSync(file)
          answer.writeHead(200, { 'content-length': bytes.length })
          if (!fs.existsSync(file + '.short')) return answer.end(bytes)
          answer.write(bytes.subarray(0, bytes.length / 2), () => answer.destroy())
        })
        """
      try await NodeServer.run(scratch, script) { try test(Mirrored(scratch: scratch, server: $0)) }
    }
  }

  @Test("is there as a whole, for everybody to read, and is brought once")
  func install() async throws {
    try await run { mirror in
      try mirror.offer("24.1.0", .node("24.1.0"))

      let installed = try mirror.install("24")

      #expect(installed.tool.path == "\(mirror.scratch.path)/root/runtimes/node/24.1.0/bin/node")
      #expect(try runProgram([installed.tool.path, "--version"]) == "v24.1.0\n")
      #expect(try Files.text("\(installed.directory)/bin/npm") == "npm")
      #expect(try Files.status(installed.directory)?.mode == 0o755)
      let told = try mirror.scratch.text("told") ?? ""
      #expect(told.contains("Node 24 (.nvmrc) is not on this server: Node 24.1.0 is brought from http://127.0.0.1:"))
      #expect(told.contains("Its checksum is the one in the mirror's SHASUMS256.txt."))
      #expect(told.contains("its signature was not checked, for there is no keyring"))
      #expect(try mirror.install("24.1") == installed)
      let asked = try mirror.scratch.text("asked")?.split(separator: "\n").filter { $0.hasSuffix(".tar.gz") }
      #expect(asked?.count == 1)
      try mirror.expectNothing(["node@24.1.0"])
    }
  }

  @Test("is refused with another checksum, or with none")
  func checksum() async throws {
    try await run { mirror in
      let archive = try mirror.offer("24.1.0", .node("24.1.0"))
      let list = "\(Files.parent(archive))/SHASUMS256.txt"
      try Files.write(
        "\(String(repeating: "a", count: 64))  \(SampleArchive.top("24.1.0")).tar.gz\n", to: list)
      let wrong = #expect(throws: Failure.self) { try mirror.install("24") }
      #expect(wrong?.cause.contains("has not the checksum that SHASUMS256.txt says") == true)
      try Files.write("\(String(repeating: "a", count: 64))  other.tar.gz\n", to: list)
      let missing = #expect(throws: Failure.self) { try mirror.install("24") }
      #expect(missing?.cause.contains("has no checksum of node-v24.1.0") == true)
      try mirror.expectNothing()
    }
  }

  @Test(
    "is refused where it is cut off, never ends, or is sent from elsewhere", arguments: ["short", "endless", "moved"])
  func download(how: String) async throws {
    try await run { mirror in
      let archive = try mirror.offer("24.1.0", .node("24.1.0"))
      let file = how == "endless" ? "\(mirror.scratch.path)/mirror/node/index.json" : archive
      try Files.write(how == "moved" ? "ftp://127.0.0.1/x" : "", to: "\(file).\(how)")

      let failure = #expect(throws: Failure.self) { try mirror.install("24") }

      #expect(failure?.attempt.hasPrefix("downloading http://127.0.0.1:") == true)
      #expect(failure?.attempt.contains(" for Node ") == true, "\(String(describing: failure?.attempt))")
      #expect(failure?.next.contains("runtime.") == true)
      try mirror.expectNothing()
    }
  }

  @Test("is refused where a hostile archive would leave its directory, though its checksum is right")
  func hostile() async throws {
    try await run { mirror in
      let top = SampleArchive.top("24.1.0")
      for archive in [
        SampleArchive.node("24.1.0").with("../../../../x", "0", "x"),
        SampleArchive.node("24.1.0").with("\(top)/up", "2", target: "../../../../.."),
      ] {
        try mirror.offer("24.1.0", archive)
        #expect(throws: Failure.self) { try mirror.install("24") }
        try mirror.expectNothing()
        #expect(!Files.exists("\(mirror.scratch.path)/x") && !Files.exists("\(mirror.scratch.path)/root/x"))
      }
    }
  }

  @Test("is refused where it is not what the list says, or cannot run")
  func lies() async throws {
    try await run { mirror in
      try mirror.offer("24.1.0", .node("24.1.0", says: "24.0.0"))
      #expect(failure { _ = try mirror.install("24") }?.cause.contains("it says that it is 24.0.0") == true)
      try mirror.offer("24.1.0", .node("24.1.0", says: "nothing"))
      #expect(failure { _ = try mirror.install("24") }?.cause.contains("cannot run it") == true)
      try mirror.offer("24.1.0", SampleArchive().with("\(SampleArchive.top("24.1.0"))/README", "0", "x"))
      #expect(failure { _ = try mirror.install("24") }?.cause.contains("it has no bin/node") == true)
      try mirror.offer("24.1.0", .node("24.1.0"), listed: "24.9.0")
      #expect(failure { _ = try mirror.install("24") }?.attempt.contains("/v24.9.0/SHASUMS256.txt") == true)
      try Files.write("<html>", to: "\(mirror.scratch.path)/mirror/node/index.json")
      #expect(failure { _ = try mirror.install("24") }?.cause == "it is no list of Node's releases")
      try mirror.expectNothing()
    }
  }

  @Test("is refused where the mirror has none that fits, or a push has brought many")
  func none() async throws {
    try await run { mirror in
      try mirror.offer("24.1.0", .node("24.1.0"))

      #expect(failure { _ = try mirror.install("22") }?.next == "Ask for another version in .nvmrc.")
      #expect(failure { _ = try mirror.install("24", most: 0) }?.next.contains("runtime remove") == true)
      try mirror.expectNothing()
    }
  }

  @Test("leaves nothing where it is called off, and nothing of a killed one counts")
  func calledOff() async throws {
    struct CalledOff: Error {}
    try await run { mirror in
      try mirror.offer("24.1.0", .node("24.1.0"))
      #expect(throws: CalledOff.self) { try mirror.install("24") { throw CalledOff() } }
      try mirror.expectNothing()

      // What one leaves that was killed while it unpacked.
      try mirror.scratch.write([
        "root/runtimes/unfinished/new/bin/node": "#!/bin/sh\necho v24.1.0\n", "root/runtimes/unfinished/x.tar": "x",
      ])
      #expect(try RuntimeStore(layout: mirror.layout).list().isEmpty)
      #expect(try mirror.install("24").version.description == "24.1.0")
      try mirror.expectNothing(["node@24.1.0"])
    }
  }

  @Test("waits for another that is being brought")
  func atOnce() async throws {
    struct Waited: Error {}
    try await run { mirror in
      try mirror.offer("24.1.0", .node("24.1.0"))
      try Files.makeDirectory("\(mirror.scratch.path)/root/runtimes")
      let waited = try FileLock(waitingFor: "\(mirror.scratch.path)/root/runtimes/lock").hold {
        Result { try mirror.install("24") { throw Waited() } }
      }
      #expect(throws: Waited.self) { try waited.get() }
      #expect(try mirror.scratch.text("told") == "Another command brings a runtime; this one waits for it.\n")
      #expect(try mirror.install("24").version.description == "24.1.0")
    }
  }

  @Test("has its list's signature checked where there is a keyring")
  func signature() async throws {
    try await run { mirror in
      let list = "\(Files.parent(try mirror.offer("24.1.0", .node("24.1.0"))))/SHASUMS256.txt"
      let home = "\(mirror.scratch.path)/gnupg"
      try Files.makeDirectory(home, mode: 0o700)
      defer { _ = try? runProgram(["gpgconf", "--homedir", home, "--kill", "all"]) }
      let gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
      for name in ["releaser", "stranger"] { try runProgram(gpg + ["--quick-generate-key", name, "ed25519"]) }
      try Files.makeDirectory("\(mirror.scratch.path)/root/runtimes")
      try runProgram(gpg + ["--output", mirror.layout.nodeKeyring, "--export", "releaser"])
      func sign(_ name: String) throws {
        try Files.remove("\(list).sig")
        try runProgram(gpg + ["--local-user", name, "--output", "\(list).sig", "--detach-sign", list])
      }

      #expect(throws: Failure.self, "there is no signature") { try mirror.install("24") }
      try sign("stranger")
      let failure = #expect(throws: Failure.self) { try mirror.install("24") }
      #expect(failure?.cause.contains("the signature of SHASUMS256.txt is not by a key in") == true)
      try mirror.expectNothing()
      try sign("releaser")
      _ = try mirror.install("24")
      #expect(try mirror.scratch.text("told")?.contains("The list's signature is by a key in") == true)
    }
  }

  @Test("may be brought by a push unless the settings say no, or its place is not this user's")
  func automatic() async throws {
    try await Scratch.run { scratch in
      func isAutomatic(_ root: String, _ settings: RuntimeSettings = RuntimeSettings()) -> Bool {
        RuntimeInstaller(layout: Layout(root: root), environment: [:], settings: settings) { _ in }.isAutomatic
      }
      var manual = RuntimeSettings()
      manual.isManual = true

      #expect(isAutomatic(scratch.path))
      #expect(!isAutomatic(scratch.path, manual))
      #expect(!isAutomatic("\(scratch.path)/nowhere"))
    }
  }
}
