import Posix
import TestKit
import Testing

@testable import Deploy
@testable import Adapters

/// A workspace and the release that is assembled from it.
struct Bench {
  let scratch: Scratch

  static func run(_ files: [String: String], _ test: (Bench) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let bench = Bench(scratch: scratch)
      for directory in ["workspace", "shared"] { try Files.makeDirectory(bench.path(directory)) }
      for (name, text) in files { try scratch.write(["workspace/\(name)": text]) }
      try test(bench)
    }
  }

  func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

  func assemble(_ parts: [Assembly.Part], persist: [String] = [], to release: String = "release") throws {
    let files = try #require(PathBelow(release))
    let assembler = try ReleaseAssembler(
      workspace: path("workspace"), release: scratch.path, files: files, shared: path("shared"),
      packages: path("packages"), compiled: path("compiled"))
    try assembler.assemble(Assembly(parts: parts, persist: persist))
    // What a build does comes after a unit has started: the kernel's clock for files is a coarse one.
    WallClock.waitUntilFiles(areLaterThan: try Files.status(path(release))?.changed ?? 0)
  }

  /// Whether two releases have the very same file, not only the same text. It is never the workspace's.
  func isShared(_ name: String, by first: String = "release", and second: String = "next") throws -> Bool {
    let status = try #require(try Files.status(path("\(first)/\(name)")), "no \(name) in the release")
    #expect(status.inode != (try Files.status(path("workspace/\(name)"))?.inode), "a build could write to \(name)")
    return status.inode == (try Files.status(path("\(second)/\(name)"))?.inode)
  }

  /// All files of a directory with their texts; links as "-> TARGET".
  func files(_ directory: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try Files.list(path(directory)) {
      let file = "\(directory)/\(name)"
      switch try Files.status(path(file))?.kind {
      case .directory: for (inner, text) in try files(file) { found["\(name)/\(inner)"] = text }
      case .link: found[name] = "-> " + (try Files.linkTarget(path(file)) ?? "")
      default: found[name] = try scratch.text(file)
      }
    }
    return found
  }
}
