import Testing

@testable import Posix

/// A directory of one test's own, with a file outside of its "top" that nobody may touch.
struct Place: ~Copyable {
  let path: String

  init() throws {
    path = "/tmp/nextdeploy-posix-\(CurrentProcess.id)-\(UInt64.random(in: 0 ... .max))"
    try Files.makeDirectory(top)
    try Files.makeDirectory("\(path)/outside")
    try Files.write("precious", to: "\(path)/outside/file", durable: false)
  }

  deinit {
    do { try Files.remove(path) } catch { Issue.record(error) }
  }

  var top: String { "\(path)/top" }

  /// Whether what is outside is as it was.
  var isUntouched: Bool {
    get throws {
      try Files.list("\(path)/outside") == ["file"] && Files.text("\(path)/outside/file") == "precious"
        && Files.status("\(path)/outside/file")?.mode == 0o644 && Files.list(path) == ["outside", "top"]
    }
  }

  func run(_ words: String...) throws {
    let (status, output) = try ChildProcess.run(Command(words, environment: CurrentProcess.environment))
    try #require(status.isSuccess, "\(words): \(output)")
  }

  func write(_ files: [String: String]) throws {
    for (name, text) in files {
      try Files.makeDirectory(Files.parent("\(top)/\(name)"))
      try Files.write(text, to: "\(top)/\(name)", durable: false)
    }
  }
}

/// A path that the test itself wrote.
func below(_ text: String) throws -> PathBelow { try #require(PathBelow(text)) }

/// Both ways in which paths are looked up, whatever this machine's kernel has.
let lookups: [Directory.Lookup] = [.atOnce, .stepByStep]
