import TestKit
import Testing

@testable import Posix

/// A directory of one test's own, with a file outside of its "top" that nobody may touch.
final class Place {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try Files.makeDirectory(top)
    try Files.makeDirectory("\(path)/outside")
    try Files.write("precious", to: "\(path)/outside/file", durable: false)
  }

  deinit { scratch.remove() }

  var path: String { scratch.path }

  var top: String { "\(path)/top" }

  /// Whether what is outside is as it was.
  var isUntouched: Bool {
    get throws {
      try Files.list("\(path)/outside") == ["file"] && Files.text("\(path)/outside/file") == "precious"
        && Files.status("\(path)/outside/file")?.mode == 0o644 && Files.list(path) == ["outside", "top"]
    }
  }

  /// Writes files below the top.
  func write(_ files: [String: String]) throws {
    for (name, text) in files { try scratch.write(["top/\(name)": text]) }
  }
}

/// A path that the test itself wrote.
func below(_ text: String) throws -> PathBelow { try #require(PathBelow(text)) }

/// Both ways in which paths are looked up, whatever this machine's kernel has.
let lookups: [Directory.Lookup] = [.atOnce, .stepByStep]
