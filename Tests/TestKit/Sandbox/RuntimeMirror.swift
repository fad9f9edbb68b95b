import Deploy
import Posix
import Testing

/// Mirrors of Node's and Bun's releases on loopback, with one real version of each (script/dev/mirror makes them).
public struct RuntimeMirror {
  /// Where they are served.
  public let address: String
  /// Below this, in `node/` and `bun/`.
  public let directory: String

  /// Runs a test while the mirrors are served, and pushes of the sandbox's apps may have runtimes brought from there.
  public static func run(in sandbox: Sandbox, _ test: (RuntimeMirror) throws -> Void) throws {
    let directory = "\(sandbox.home)/mirror"
    try Files.makeDirectory(directory)
    for name in ["node", "bun"] {
      // Links, so that a test can put something else in the place of a file.
      try sandbox.run(["cp", "-rs", "\(original)/\(name)", "\(directory)/\(name)"]).expectSuccess()
    }
    let server = try sandbox.start(
      ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", directory], name: "mirror")
    defer { server.end() }
    let port = try wait(for: "the mirror to listen") {
      server.text.split(separator: " port ").dropFirst().first?.prefix { $0.isNumber }
    }
    let mirror = RuntimeMirror(address: "http://127.0.0.1:\(port)", directory: directory)
    for (key, value) in [
      ("runtime.mirror", "\(mirror.address)/node"), ("runtime.bun-mirror", "\(mirror.address)/bun"),
      ("runtime.auto", "on"),
    ] {
      try sandbox.nextdeploy("config", "set", key, value).expectSuccess()
    }
    try test(mirror)
  }

  private static var original: String {
    let environment = CurrentProcess.environment
    return "\(environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache")/nextdeploy/tools/mirror"
  }

  /// The version of Node that is there, as in "24.19.0".
  public static var node: String {
    get throws {
      let index = try JSON.parse(try Files.text("\(original)/node/index.json") ?? "")
      return try #require(index.elements?.first?["version"]?.string).dropFirst().description
    }
  }

  /// A directory whose `node` is the machine's, but says that it is another version, so that it never fits.
  public static func usualNode(in directory: String, says version: String = "20.0.1") throws -> String {
    let real = try #require(Command.find("node", path: CurrentProcess.environment["PATH"] ?? ""))
    try Files.makeDirectory(directory)
    let text = "#!/bin/sh\nif [ \"$1\" = --version ]; then echo v\(version); else exec \(real) \"$@\"; fi\n"
    try Files.write(text, to: "\(directory)/node", mode: 0o755)
    return directory
  }
}
