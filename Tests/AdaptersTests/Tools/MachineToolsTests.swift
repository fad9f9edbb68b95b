import Deploy
@testable import Adapters
import Posix
import TestKit
import Testing

@Suite("The machine's tools")
struct MachineToolsTests {
  private func tools(_ scratch: Scratch) -> MachineTools {
    MachineTools(
      path: "\(scratch.path)/none:\(scratch.path)/first:\(scratch.path)/second", cache: "\(scratch.path)/tools.json",
      environment: ["PATH": CurrentProcess.environment["PATH"] ?? ""])
  }

  /// A program that says a version, and notes that it was asked.
  private func program(_ scratch: Scratch, says line: String) -> String {
    "#!/bin/sh\necho \"$@\" >> \(scratch.path)/asked\necho '\(line)'\n"
  }

  @Test(
    "are found on the PATH, with the version that they say",
    arguments: [("v20.20.2", "20.20.2"), ("10.8.2", "10.8.2"), ("1.3.3", "1.3.3")])
  func version(line: String, version: String) async throws {
    try await Scratch.run { scratch in
      try scratch.write(["second/node": program(scratch, says: line)])

      let tool = try tools(scratch).find("node")

      #expect(tool == Tool(name: "node", path: "\(scratch.path)/second/node", version: version))
    }
  }

  @Test("are nil where there is none, or where it is no program")
  func missing() async throws {
    try await Scratch.run { scratch in
      try scratch.write(["first/node": "not executable", "second/npm/bin": "a directory"])

      #expect(try tools(scratch).find("node") == nil)
      #expect(try tools(scratch).find("npm") == nil)
    }
  }

  @Test("are asked for their versions once, and again when their files change")
  func cache() async throws {
    try await Scratch.run { scratch in
      try scratch.write(["first/node": program(scratch, says: "v20.0.0")])
      for _ in 0..<3 { #expect(try tools(scratch).find("node")?.version == "20.0.0") }
      #expect(try scratch.text("asked") == "--version\n")

      try scratch.write(["first/node": program(scratch, says: "v22.0.0")])

      #expect(try tools(scratch).find("node")?.version == "22.0.0")
      #expect(try scratch.text("asked") == "--version\n--version\n")
    }
  }

  @Test("are asked again when what a link leads to changes")
  func link() async throws {
    try await Scratch.run { scratch in
      try scratch.write([
        "lib/20": program(scratch, says: "v20.0.0"), "lib/22": program(scratch, says: "v22.0.0"), "first/other": "",
      ])
      try Files.link("\(scratch.path)/first/node", to: "../lib/20")
      #expect(try tools(scratch).find("node")?.version == "20.0.0")

      try Files.replaceLink("\(scratch.path)/first/node", to: "../lib/22")

      #expect(try tools(scratch).find("node")?.version == "22.0.0")
    }
  }

  @Test("are not asked, and count as missing, where they are Corepack's, which would fetch one to say its version")
  func corepack() async throws {
    try await Scratch.run { scratch in
      try scratch.write([
        "lib/corepack/dist/pnpm.js": program(scratch, says: "12.21.0"), "first/other": "",
        "lib/corepack/dist/corepack.js": program(scratch, says: "0.34.7"),
        "second/pnpm": program(scratch, says: "9.0.0"),
        "first/yarn": program(scratch, says: "1.22.22") + "exec corepack yarn \"$@\"\n",
      ])
      for name in ["pnpm", "corepack"] {
        try Files.link("\(scratch.path)/first/\(name)", to: "../lib/corepack/dist/\(name).js")
      }

      // What stands behind it on the PATH would not be what runs.
      #expect(try tools(scratch).find("pnpm") == nil)
      #expect(try tools(scratch).find("yarn") == nil)
      #expect(!Files.exists("\(scratch.path)/asked"))
      #expect(try tools(scratch).find("corepack")?.version == "0.34.7")
    }
  }

  @Test("are asked again where the cache is damaged")
  func damaged() async throws {
    try await Scratch.run { scratch in
      try scratch.write(["first/node": program(scratch, says: "v20.0.0"), "tools.json": "{oops"])

      #expect(try tools(scratch).find("node")?.version == "20.0.0")
      #expect(try tools(scratch).find("node")?.version == "20.0.0")
      #expect(try scratch.text("asked") == "--version\n")
    }
  }

  @Test("fail with their own words where they say no version", arguments: ["echo 'no version'", "echo 1.2.3; exit 3"])
  func noVersion(script: String) async throws {
    try await Scratch.run { scratch in
      try scratch.write(["first/node": "#!/bin/sh\n\(script)\n"])

      let failure = #expect(throws: Failure.self) { try tools(scratch).find("node") }

      #expect(failure?.attempt == "asking \(scratch.path)/first/node for its version")
      #expect(!Files.exists("\(scratch.path)/tools.json"))
    }
  }
}
