@testable import Deploy
import Holes
import Testing

@Suite("Known holes")
struct FoundHoleTests {
  private func find(
    _ packages: [(String, String)], sharp: String? = nil, router: Bool? = true, node: String? = nil
  ) throws -> [FoundHole] {
    var inventory = Inventory()
    inventory.packages = try packages.map {
      InstalledPackage(name: $0.0, version: try #require(Version($0.1)), isOwn: true)
    }
    inventory.imageLibrary = sharp
    inventory.hasAppRouter = router
    return try HoleList(Holes.text).find(in: inventory, node: node.flatMap { Version($0) })
  }

  /// As https://github.com/vercel/next.js/security/advisories/GHSA-9qr9-h5gf-34mp has it.
  @Test(
    "of React Server Components are those of each release line of Next.js up to its fix, canaries included",
    arguments: [
      ("14.2.35", nil), ("14.3.0-canary.76", nil), ("14.3.0-canary.77", "15.0.5"), ("15.0.0-rc.1", "15.0.5"),
      ("15.0.0", "15.0.5"), ("15.0.4", "15.0.5"), ("15.0.5", nil), ("15.0.8", nil), ("15.1.0-canary.3", "15.1.9"),
      ("15.1.0", "15.1.9"), ("15.1.8", "15.1.9"), ("15.1.9", nil), ("15.1.12", nil), ("15.2.5", "15.2.6"),
      ("15.2.6", nil),
      ("15.3.5", "15.3.6"), ("15.3.6", nil), ("15.4.7", "15.4.8"), ("15.4.8", nil), ("15.5.0", "15.5.7"),
      ("15.5.6", "15.5.7"), ("15.5.7", nil), ("15.5.29", nil), ("15.6.0-canary.57", "15.6.0-canary.58"),
      ("15.6.0-canary.9", "15.6.0-canary.58"), ("15.6.0-canary.58", nil), ("15.6.0-canary.100", nil),
      ("16.0.0-beta.0", "16.0.7"), ("16.0.0", "16.0.7"), ("16.0.6", "16.0.7"), ("16.0.7", nil), ("16.0.10", nil),
      ("16.1.0-canary.11", "16.1.0-canary.12"), ("16.1.0-canary.12", nil), ("16.1.0", nil), ("16.4.5", nil),
    ] as [(String, String?)])
  func react2Shell(version: String, fix: String?) throws {
    let id = try HoleID("CVE-2025-55182")
    let found = try find([("next", version)]).first { $0.hole.ids.contains(id) }

    #expect(found?.fix.description == fix)
    if found != nil { #expect(found?.isRemoteCode == true) }
  }

  @Test(
    "are those of every package, by its versions",
    arguments: [
      ("react-server-dom-webpack", "19.0.0", ["CVE-2025-55182", "CVE-2025-55184"]),
      ("react-server-dom-turbopack", "19.1.1", ["CVE-2025-55182", "CVE-2025-55184"]),
      ("react-server-dom-parcel", "19.2.0", ["CVE-2025-55182", "CVE-2025-55184"]),
      ("react-server-dom-webpack", "19.0.1", ["CVE-2025-55184"]),
      ("react-server-dom-webpack", "19.1.2", ["CVE-2025-55184"]),
      ("react-server-dom-webpack", "19.2.1", ["CVE-2025-55184"]), ("react-server-dom-webpack", "19.2.3", []),
      ("react-server-dom-webpack", "19.3.0", []), ("react-server-dom-webpack", "18.3.0", []),
      ("sharp", "0.35.5", []), ("sharp", "0.35.4", ["GHSA-wq5f-xc86-pv6w"]),
      ("sharp", "0.34.5", ["GHSA-wq5f-xc86-pv6w", "GHSA-rgj7-g3m4-5g8c"]), ("react", "19.0.0", []),
      ("next", "16.4.5", []), ("next", "15.5.29", []), ("next", "16.4.4", ["GHSA-rhh4-g77r-r9qj"]),
      ("next", "16.4.0", ["GHSA-673q-mjm6-r5xr", "CVE-2026-94482", "GHSA-rhh4-g77r-r9qj"]),
      ("next", "15.5.27", ["CVE-2026-94482"]), ("next", "15.5.28", []),
      ("next", "14.2.35", ["CVE-2026-94482"]), ("next", "12.3.4", []),
      ("next", "15.5.17", ["CVE-2026-94482", "CVE-2026-45109"]),
    ])
  func versions(package: String, version: String, ids: [String]) throws {
    #expect(try find([(package, version)]).map { $0.hole.ids[0].description } == ids)
  }

  @Test(
    "of Next.js's images are there with the sharp that it uses, and not without",
    arguments: [
      ("16.4.0", nil, []), ("16.4.0", "0.35.5", []), ("16.4.0", "0.35.4", ["GHSA-2464-fhr4-w9xw"]),
      ("16.4.1", "0.35.4", []), ("16.3.2", "0.35.3", ["GHSA-2464-fhr4-w9xw", "GHSA-2xp9-vwfh-vxw4", "CVE-2026-94545"]),
      ("16.3.3", "0.35.3", ["GHSA-2464-fhr4-w9xw", "CVE-2026-94545"]), ("16.3.5", "0.35.5", ["CVE-2026-94545"]),
      ("16.3.6", "0.35.5", []), ("16.1.0", "0.35.5", []), ("15.5.27", "0.34.5", ["GHSA-2464-fhr4-w9xw"]),
      ("15.5.28", "0.34.5", []), ("15.5.23", "0.34.5", ["GHSA-2464-fhr4-w9xw", "GHSA-2xp9-vwfh-vxw4"]),
      ("15.5.24", "0.34.5", ["GHSA-2464-fhr4-w9xw"]), ("14.2.35", nil, []),
      ("14.2.35", "0.33.5", ["GHSA-2464-fhr4-w9xw", "GHSA-2xp9-vwfh-vxw4"]), ("9.5.5", "0.26.0", []),
    ] as [(String, String?, [String])])
  func images(version: String, sharp: String?, ids: [String]) throws {
    // The others are not about images.
    let found = try find([("next", version)], sharp: sharp).filter {
      if case .sharp = $0.hole.need { $0.hole.severity == .remoteCode } else { false }
    }

    #expect(found.map { $0.hole.ids[0].description } == ids)
    #expect(!found.contains { !$0.isRemoteCode })
  }

  @Test(
    "of Node are those of the lines that it has fixes for",
    arguments: [
      ("20.20.2", nil), ("22.23.3", "22.23.4"), ("22.23.4", nil), ("23.11.0", nil), ("24.0.0", "24.22.1"),
      ("24.22.1", nil), ("24.22.2", nil), ("26.12.0", "26.12.1"), ("26.12.1", nil), ("27.0.0", nil),
    ] as [(String, String?)])
  func node(version: String, fix: String?) throws {
    let found = try find([], node: version)

    #expect(found.map(\.fix.description) == [fix].compactMap(\.self))
    #expect(found.allSatisfy { $0.isRemoteCode && $0.hole.ids.map(\.description) == ["CVE-2026-111497"] })
  }

  @Test("that take an App Router do not let strangers in where there is none, and do where that is not known")
  func router() throws {
    #expect(try find([("next", "15.5.0")], router: false).allSatisfy { !$0.isRemoteCode })
    let found = try #require(try find([("next", "15.5.0")], router: false).first)
    #expect(found.told.hasSuffix("(CVE-2025-55182, rce, not reached without an App Router, fixed in 15.5.7)"))
    #expect(try find([("next", "15.5.0")], router: nil).contains { $0.isRemoteCode })
    #expect(try find([("next", "16.4.0")], sharp: "0.35.4", router: false).contains { $0.isRemoteCode })
  }

  @Test("are told once where sharp has one that Next.js gives to strangers")
  func once() throws {
    let found = try find([("next", "16.4.0"), ("sharp", "0.35.4")], sharp: "0.35.4")

    #expect(!found.contains { $0.package.name == "sharp" })
    #expect(
      try find([("next", "16.4.1"), ("sharp", "0.35.4")], sharp: "0.35.4").contains { $0.package.name == "sharp" })
  }

  @Test(
    "are closed by one command of the app's package manager, with the version that closes all",
    arguments: [
      (PackageManager.npm, "15.5.0", "npm install next@15.5.28"), (.pnpm, "15.5.0", "pnpm add next@15.5.28"),
      (.yarn, "15.5.0", "yarn add next@15.5.28"), (.bun, "16.0.6", "bun add next@16.4.5"),
      (.npm, "16.4.4", "npm install next@16.4.5"), (.npm, "14.3.0-canary.80", "npm install next@15.5.28"),
    ])
  func command(manager: PackageManager, version: String, command: String) throws {
    var inventory = Inventory()
    inventory.packages = [InstalledPackage(name: "next", version: try #require(Version(version)), isOwn: true)]
    inventory.hasAppRouter = true
    inventory.manager = manager
    let found = try HoleList(Holes.text).find(in: inventory, node: nil)

    #expect(Remedy(found, in: inventory).command == command)
    inventory.root = try #require(RelativePath("apps/web"))
    #expect(Remedy(found, in: inventory).description == "run '\(command)' in apps/web")
  }

  @Test(
    "of images are closed by another sharp too, where the line of Next.js got no fix",
    arguments: [
      ("14.2.35", "run 'npm install next@15.5.28' (or 'npm install sharp@0.35.5', to stay with this Next.js)"),
      ("15.4.11", "run 'npm install next@15.5.29'"), ("16.4.0", "run 'npm install next@16.4.5'"),
    ])
  func sharpInstead(version: String, remedy: String) throws {
    var inventory = Inventory()
    inventory.packages = [InstalledPackage(name: "next", version: try #require(Version(version)), isOwn: true)]
    inventory.imageLibrary = "0.33.5"
    inventory.hasAppRouter = version.hasPrefix("16") ? false : true
    let found = try HoleList(Holes.text).find(in: inventory, node: nil)

    #expect(Remedy(found, in: inventory).description == remedy)
  }

  @Test("of what the app does not ask for itself, and of Node, are closed by what is said")
  func otherRemedies() throws {
    var inventory = Inventory()
    inventory.packages = [InstalledPackage(name: "sharp", version: try #require(Version("0.34.5")), isOwn: false)]
    inventory.manager = .pnpm
    let found = try HoleList(Holes.text).find(in: inventory, node: Version("24.1.0"))

    let remedy = Remedy(found, in: inventory)

    #expect(remedy.command == nil)
    #expect(
      remedy.description
        == "update the server's Node to 24.22.1 or later, or have the app ask for that, as in .nvmrc; update what brings sharp until that is 0.35.5 ('pnpm why sharp' names it)"
    )
  }
}

@Suite("A version's place among others")
struct VersionPrecedenceTests {
  /// The order of https://semver.org/#spec-item-11, and more.
  @Test("is that of Semantic Versioning")
  func order() throws {
    let ordered = [
      "0.9.0", "1.0.0-0", "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
      "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-canary.9", "1.0.1-canary.10", "1.0.1",
    ].compactMap { Version($0) }
    for (index, left) in ordered.enumerated() {
      for (other, right) in ordered.enumerated() {
        #expect(left.precedes(right) == (index < other), "\(left) and \(right)")
      }
    }
    #expect(try #require(Version("1.0.0+a")).precedes(try #require(Version("1.0.0+b"))) == false)
  }
}
