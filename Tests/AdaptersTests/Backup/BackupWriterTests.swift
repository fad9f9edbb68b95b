import Posix
import TestKit
import Testing

@testable import Adapters
@testable import Deploy

@Suite("Whoever writes a backup")
struct BackupWriterTests {
  /// An app with a live release, in which is something that is told of before the rest of it is packed.
  private func run(_ test: (Apps, AppLayout, ReleaseID) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let apps = Apps(layout: Layout(root: "\(scratch.path)/root"))
      let name = try AppName("shop")
      _ = try apps.create(name, branch: BranchName("main"), domains: []) { try Files.makeDirectory($0) }
      let layout = apps.layout.app(name)
      let id = try ReleaseID("20261123-154512")
      try scratch.write(["root/apps/shop/releases/\(id)/app/lib/index.js": "lib", "root/apps/shop/shared/x": ""])
      try runProgram(["mkfifo", "\(layout.release(id).files)/a pipe"])
      let object = try CommitID(String(repeating: "a", count: 40))
      try AppDirectory(app: name, layout: layout).setLive(
        LiveRecord(
          release: id, commit: Commit(id: object, tree: object, subject: "A"), deploy: DeployID("\(id)"),
          instance: InstanceID("shop:3001"), address: nil, origin: nil, environmentMark: nil,
          since: "2026-11-23T15:45:12Z"))
      try test(apps, layout, id)
    }
  }

  /// - Parameter tell: called while the live release is packed.
  private func write(_ apps: Apps, _ names: [AppName], tell: @escaping (String) -> Void = { _ in }) throws -> Int {
    try BackupWriter(layout: apps.layout, tell: tell).write(
      names, keys: [], to: FileDescriptor(path: "/dev/null", .append)
    ) { _, _ in false }.apps
  }

  @Test("writes no part of a release as the whole, where deploys remove it meanwhile")
  func removedRelease() async throws {
    try await run { apps, layout, id in
      let written = try write(apps, apps.names())
      #expect(written == 1)

      let failure = #expect(throws: Failure.self) {
        try write(apps, apps.names()) { _ in
          guard Files.exists("\(layout.releases)/\(id)") else { return }
          do { try Files.rename("\(layout.releases)/\(id)", to: layout.waitingRelease(id)) } catch {
            Issue.record(error)
          }
        }
      }

      #expect(failure?.cause == "deploys have removed the release \(id) while it was packed")
    }
  }

  @Test("does not take a link for what it leads to", arguments: ["shared", "env", "."])
  func links(place: String) async throws {
    try await run { apps, layout, _ in
      let path = place == "." ? layout.directory : "\(layout.directory)/\(place)"
      try Files.rename(path, to: "\(layout.directory).elsewhere")
      try runProgram(["ln", "-s", "\(layout.directory).elsewhere", path])

      let failure = #expect(throws: Failure.self) { try write(apps, apps.names()) }

      #expect(failure?.cause.hasSuffix("and what a link leads to would not be in it") == true)
    }
  }

  @Test("leaves out an app that was removed meanwhile, and takes none that could not be brought back")
  func otherApps() async throws {
    try await run { apps, layout, _ in
      let listed = try ["gone", "shop"].map { try AppName($0) }
      let written = try write(apps, listed)
      #expect(written == 1)

      for (file, content) in [(layout.environmentSet, ""), (layout.config, "{")] {
        try Files.write(content, to: file)
        #expect(throws: Failure.self) { try write(apps, apps.names()) }
      }
    }
  }
}
