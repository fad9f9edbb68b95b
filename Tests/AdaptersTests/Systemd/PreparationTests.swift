import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// What systemd starts ahead, where there is no systemd: what is left of it where something fails.
@Suite("What is started ahead under systemd")
struct PreparationTests {
  private let app = try? AppName("shop")

  @Test("is asked through pipes of its own, so that a files unit does not take what a build is asked for")
  func pipes() throws {
    let (build, files) = (BuildStep.build(in: "/b"), BuildStep.files(in: "/b"))
    #expect(Set([build.requestPipe, build.outputPipe, files.requestPipe, files.outputPipe]).count == 4)
    // The build's unit is not started without it.
    let unit = try ThisProject.text("templates/server/nextdeploy-build@.service")
    #expect(unit.contains("\nAssertPathExists=/opt/nextdeploy/apps/%i/build/request\n"))
    #expect(build.requestPipe == "/b/request")
  }

  @Test("leaves no instance behind where systemd refuses")
  func refused() async throws {
    try await Scratch.run { scratch in
      try scratch.write(["bin/systemctl": "#!/bin/sh\necho \"$*\" >> \(scratch.path)/asked\n[ $3 = stop ]\n"])
      let layout = Layout(root: "\(scratch.path)/root")
      let manager = SystemdManager(
        layout: layout, ports: try scratch.ports.range, environment: ["PATH": "\(scratch.path)/bin:/usr/bin:/bin"]
      ) { _ in
        var limits = Limits()
        limits.tasks = 7
        return limits
      }
      let app = try #require(app)

      #expect(throws: (any Error).self) { _ = try manager.prepare(app, for: ReleaseID("20261124-101112")) }

      #expect(try scratch.text("asked")?.contains("stop nextdeploy@shop:") == true)
      #expect(try Files.list(layout.instances).filter { $0.contains(":") } == [])
    }
  }

  @Test(
    "finds the release's place where it is given up before systemd has mounted that: it would fail, again each second")
  func givenUpEarly() async throws {
    try await Scratch.run { scratch in
      let record = InstanceRecord(path: "\(scratch.path)/shop:3001")
      try Files.makeDirectory(record.expected)
      try record.link(release: record.expected, shared: scratch.path)
      try record.makeOffer()
      let expected = try ExpectedInstance(InstanceID("shop:3001"), record)

      try expected.end()

      #expect(try Files.status(Files.resolved("\(record.path)/release"))?.kind == .directory)
      #expect(try record.isEnding && !record.isOffered && !record.endOffer(), "no deploy takes it any more")
    }
  }

  @Test(
    "keeps the release's place while a deploy takes it: where systemd mounts that just then, it would fail for a second"
  )
  func taken() async throws {
    try await Scratch.run { scratch in
      let layout = Layout(root: scratch.path)
      let instance = try InstanceID(app: #require(app), port: scratch.ports[0])
      let record = InstanceRecord(path: layout.instance(instance))
      try Files.makeDirectory(record.expected)
      try Files.makeDirectory(layout.app(instance.app).releases)
      try record.link(release: record.expected, shared: scratch.path)
      try record.makeOffer()
      let place = try Files.status(record.expected)?.inode
      let manager = SystemdManager(
        layout: layout, ports: try scratch.ports.range, environment: [:], expected: instance
      ) { _ in Limits() }

      #expect(try manager.prepare(instance.app, for: ReleaseID("20261124-101112")) == instance)

      #expect(try Files.linkTarget("\(record.path)/release") == record.expected)
      #expect(try manager.place(of: instance) == record.expected)
      #expect(try place != nil && Files.status(record.expected)?.inode == place)
      #expect(try !record.endOffer())
    }
  }

  @Test("ends as no failure of its unit where the deploy was killed")
  func killed() async throws {
    try await Scratch.run { scratch in
      let layout = Layout(root: scratch.path)
      let instance = try InstanceID(app: #require(app), port: scratch.ports[0])
      let place = layout.instance(instance)
      try Files.makeDirectory(place)
      try runProgram(["mkfifo", "\(place)/preparation"])
      var reports: [String] = []

      let status = try InstanceRun(instance, layout: layout).run { reports.append($0) }

      #expect(status == InstanceRun.isGivenUp && reports.count == 1)
      let unit = try ThisProject.text("templates/server/nextdeploy@.service")
      #expect(unit.contains("\nSuccessExitStatus=143 \(InstanceRun.isGivenUp)\n"))
      #expect(unit.contains("\nRestartPreventExitStatus=\(InstanceRun.cannotRun) \(InstanceRun.isGivenUp)\n"))
      // Without a preparation something is wrong.
      try Files.remove("\(place)/preparation")
      #expect(throws: Failure.self) { _ = try InstanceRun(instance, layout: layout).run { _ in } }
    }
  }
}
