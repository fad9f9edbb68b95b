import Posix
import Testing

@testable import Deploy
@testable import Host

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

  /// - Parameter written: files that a build writes after the install.
  func assemble(
    _ parts: [Assembly.Part], persist: [String] = [], written: [String: String] = [:]
  ) throws {
    try Files.write("key", to: path("installed"))
    let installed = try #require(try Files.status(path("installed"))?.modified)
    for (name, text) in written {
      // The kernel's clock for files is a coarse one.
      try wait(until: "a later time") {
        try scratch.write(["workspace/\(name)": text])
        return try #require(try Files.status(path("workspace/\(name)"))?.modified) > installed
      }
    }
    let assembler = try ReleaseAssembler(
      workspace: path("workspace"), release: scratch.path, files: "release", shared: path("shared"),
      packages: path("packages"), installed: installed)
    try assembler.assemble(Assembly(parts: parts, persist: persist))
  }

  /// Whether the release has the very file that is kept for releases, not only the same text. It is never the workspace's.
  func isShared(_ name: String) throws -> Bool {
    let release = try #require(try Files.status(path("release/\(name)")), "no \(name) in the release")
    #expect(release.inode != (try Files.status(path("workspace/\(name)"))?.inode), "a build could write to \(name)")
    return release.inode == (try Files.status(path("packages/\(name)"))?.inode)
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
