import Archives
import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// What runs an app where nothing else is.
@Suite("What an image has of this machine")
struct SystemPartsTests {
  private func names(_ kind: ContainerRuntime.Kind, _ program: String) throws -> Set<String> {
    let file = try #require(Command.find(program, path: CurrentProcess.environment["PATH"] ?? ""))
    let runtime = ContainerRuntime(kind, try #require(Version("1.4.2")), program: file, suite: "bookworm")
    return Set(try SystemParts(runtime, packages: [], in: Directory("/")).entries.keys.map(\.description))
  }

  @Test("is Bun under both its names, with a shell and the libraries that it names")
  func bun() throws {
    let names = try names(.runtime(.bun), "bun")
    for name in ["usr/local/bin/bun", "usr/local/bin/bunx", "usr/bin/sh", "usr/bin/env", "etc/passwd"] {
      #expect(names.contains(name), "\(name) is missing")
    }
    #expect(names.contains { $0.hasSuffix("/libc.so.6") } && !names.contains("usr/local/bin/node"))
  }

  @Test("is Caddy with the types that the machine gives files")
  func caddy() throws {
    let names = try names(.caddy, "caddy")
    #expect(names.contains("usr/local/bin/caddy") && !names.contains("usr/local/bin/bunx"))
    #expect(names.contains("etc/mime.types") == Files.exists("/etc/mime.types"))
  }
}
