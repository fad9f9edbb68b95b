import Deploy

/// A machine with exactly these programs.
struct FakeToolbox: Toolbox {
  var versions = ["node": "20.19.2", "npm": "10.8.2", "pnpm": "10.34.9", "yarn": "1.22.22"]

  func find(_ name: String) throws -> Tool? {
    versions[name].map { Tool(name: name, path: "/usr/bin/\(name)", version: $0) }
  }

  func without(_ names: String...) -> FakeToolbox {
    FakeToolbox(versions: versions.filter { !names.contains($0.key) })
  }

  func with(_ name: String, _ version: String) -> FakeToolbox {
    FakeToolbox(versions: versions.merging([name: version]) { _, new in new })
  }
}
