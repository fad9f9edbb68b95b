@testable import Adapters
import Deploy
import Posix
import TestKit
import Testing

@Suite("Copies of a runtime")
struct RuntimePlacesTests {
  private func tools(_ scratch: Scratch, hidden: [String] = []) -> MachineTools {
    MachineTools(
      path: "\(scratch.path)/path", cache: "\(scratch.path)/tools.json",
      environment: ["PATH": CurrentProcess.environment["PATH"] ?? ""],
      places: RuntimePlaces(
        own: "\(scratch.path)/root/runtimes", home: "\(scratch.path)/home",
        hidden: hidden.map { "\(scratch.path)/\($0)" }))
  }

  private func node(_ version: String) -> String { "#!/bin/sh\necho v\(version)\n" }

  /// Those below a test's directory, by their paths there; the machine may have others.
  private func paths(_ tools: [Tool], _ scratch: Scratch) -> [String: String] {
    let own = tools.filter { $0.path.hasPrefix(scratch.path) }
    return Dictionary(own.map { ($0.path.dropFirst(scratch.path.count + 1).description, $0.version) }) { first, _ in
      first
    }
  }

  @Test("are found where version managers put them, and where nextdeploy does, once each")
  func places() async throws {
    try await Scratch.run { scratch in
      let found = [
        "root/runtimes/node/24.1.0/bin/node": "24.1.0", "home/.nvm/versions/node/v22.11.0/bin/node": "22.11.0",
        "home/.local/share/fnm/node-versions/v20.1.0/installation/bin/node": "20.1.0",
        "home/.volta/tools/image/node/18.1.0/bin/node": "18.1.0",
        "home/.local/share/mise/installs/node/23.1.0/bin/node": "23.1.0",
      ]
      try scratch.write(found.mapValues(node))
      try scratch.write(["path/node": node("21.0.0"), "home/.nvm/alias": "", "home/.nvm/versions/node/v9/bin/npm": ""])
      try Files.link("\(scratch.path)/home/.local/share/mise/installs/node/23", to: "23.1.0")

      let copies = try tools(scratch).copies(of: .node)

      #expect(paths(copies.usable, scratch).values.sorted() == found.values.sorted(), "without the one on the PATH")
      #expect(paths(copies.hidden, scratch).isEmpty)
    }
  }

  @Test("in directories that builds cannot see are told apart, nextdeploy's own excepted")
  func hidden() async throws {
    try await Scratch.run { scratch in
      try scratch.write([
        "root/runtimes/node/24.1.0/bin/node": node("24.1.0"),
        "home/.nvm/versions/node/v22.11.0/bin/node": node("22.11.0"),
        "path/node": node("20.0.0"),
      ])
      let tools = tools(scratch, hidden: ["home", "root"])

      let copies = try tools.copies(of: .node)

      #expect(paths(copies.usable, scratch) == ["root/runtimes/node/24.1.0/bin/node": "24.1.0"])
      #expect(paths(copies.hidden, scratch) == ["home/.nvm/versions/node/v22.11.0/bin/node": "22.11.0"])
      // What counts is where a link leads.
      try Files.remove("\(scratch.path)/path/node")
      try Files.link("\(scratch.path)/path/node", to: "../home/.nvm/versions/node/v22.11.0/bin/node")
      let usual = try #require(try tools.find("node"))
      #expect(tools.isHidden(usual))
      #expect(!tools.isThere(usual))
    }
  }

  @Test("that cannot say their version stop nobody, and are told")
  func broken() async throws {
    try await Scratch.run { scratch in
      try scratch.write([
        "home/.nvm/versions/node/v22.11.0/bin/node": "#!/bin/sh\nexit 126\n",
        "home/.nvm/versions/node/v20.1.0/bin/node": node("20.1.0"),
      ])

      let copies = try tools(scratch).copies(of: .node)

      #expect(paths(copies.usable, scratch).values.sorted() == ["20.1.0"])
      #expect(copies.broken.contains { $0.contains("v22.11.0/bin/node") })
    }
  }

  @Test("that are preferred come before the PATH, with all that is beside them")
  func preferred() async throws {
    try await Scratch.run { scratch in
      try scratch.write([
        "path/node": node("20.0.0"), "path/npm": node("10.0.0"), "own/node": node("24.1.0"),
        "own/npm": "#!/usr/bin/env node\n",
      ])
      let tools = tools(scratch).preferring(["\(scratch.path)/own"])

      #expect(try tools.find("node")?.version == "24.1.0")
      #expect(try tools.find("npm")?.version == "24.1.0", "its npm is run by its own node")
    }
  }
}
