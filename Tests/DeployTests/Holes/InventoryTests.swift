@testable import Deploy
import Testing

/// Files in memory, as an install left them.
private struct Installed: InstalledFiles {
  var files: [String: String]
  /// Where links lead, from the top.
  var links: [String: String] = [:]

  /// - Parameter packages: the version of each, by its place.
  init(_ packages: [String: String], _ more: [String: String] = [:], links: [String: String] = [:]) {
    files = packages.reduce(into: more) { $0["\($1.key)/package.json"] = #"{"version": "\#($1.value)"}"# }
    self.links = links
  }

  func text(_ path: String) throws -> String? { files[real(path)] }

  func exists(_ path: String) -> Bool {
    files.keys.contains { $0 == real(path) || $0.hasPrefix("\(real(path))/") }
  }

  func followed(_ path: String) throws -> String? { exists(path) ? real(path) : nil }

  func list(_ path: String) throws -> [String] {
    let all = (Array(files.keys) + Array(links.keys)).filter { $0.hasPrefix("\(real(path))/") }
    return Set(all.compactMap { $0.dropFirst(real(path).count + 1).split(separator: "/").first }).map(String.init)
      .sorted()
  }

  private func real(_ path: String) -> String {
    for (link, target) in links where path == link || path.hasPrefix("\(link)/") {
      return real(target + path.dropFirst(link.count))
    }
    return path
  }
}

@Suite("What an app is made of")
struct InventoryTests {
  private static let names = ["next", "react-server-dom-webpack", "sharp"]

  private func look(_ installed: Installed, root: String = "", without: Set<String> = []) throws -> Inventory {
    try Inventory(
      Self.names, in: installed, root: RelativePath(root) ?? .top, own: ["next"], without: without)
  }

  private func told(_ inventory: Inventory) -> [String] { inventory.packages.map(\.told) }

  @Test("is what npm installed, those below others included, and not what package.json would accept")
  func npm() throws {
    let lock = """
      {"packages": {"node_modules/next": {}, "node_modules/sharp": {}, "node_modules/next/node_modules/sharp": {},
        "node_modules/a/node_modules/sharp": {}, "node_modules/b/node_modules/sharp": {"dev": true},
        "apps/other/node_modules/sharp": {}}}
      """
    let inventory = try look(
      Installed(
        [
          "node_modules/next": "15.5.6", "node_modules/sharp": "0.33.0",
          "node_modules/next/node_modules/sharp": "0.34.5",
          "node_modules/a/node_modules/sharp": "0.32.0", "node_modules/b/node_modules/sharp": "0.31.0",
          "apps/other/node_modules/sharp": "0.30.0", "node_modules/a/node_modules/next": "14.0.0",
        ], ["node_modules/.package-lock.json": lock, "package.json": #"{"dependencies": {"next": "^15"}}"#]),
      without: ["node_modules/b/node_modules/sharp"])

    #expect(told(inventory) == ["next 15.5.6", "sharp 0.33.0", "sharp 0.34.5", "sharp 0.32.0"])
    #expect(inventory.packages.map(\.isOwn) == [true, false, false, false])
    #expect(inventory.imageLibrary == "0.34.5")
  }

  @Test(
    "is found in the store of pnpm and of Bun, where Next.js has its sharp beside it",
    arguments: [".pnpm", ".bun"], ["next@16.4.5_react@19.3.1", "next@https+++a.example+next.tgz"])
  func store(store: String, next: String) throws {
    let inventory = try look(
      Installed(
        [
          "node_modules/\(store)/\(next)/node_modules/next": "16.4.5",
          "node_modules/\(store)/next@14.0.0_react@18.0.0/node_modules/next": "14.0.0",
          "node_modules/\(store)/sharp@0.35.4/node_modules/sharp": "0.35.4",
          "node_modules/\(store)/sharp@0.32.0/node_modules/sharp": "0.32.0",
          "node_modules/\(store)/react-server-dom-webpack@19.0.0_react@19.0.0/node_modules/react-server-dom-webpack":
            "19.0.0",
        ],
        links: [
          "node_modules/next": "node_modules/\(store)/\(next)/node_modules/next",
          "node_modules/\(store)/\(next)/node_modules/sharp": "node_modules/\(store)/sharp@0.35.4/node_modules/sharp",
          "node_modules/\(store)/next@14.0.0_react@18.0.0/node_modules/sharp":
            "node_modules/\(store)/sharp@0.32.0/node_modules/sharp",
        ]))

    #expect(
      told(inventory).sorted()
        == ["next 16.4.5", "react-server-dom-webpack 19.0.0", "sharp 0.32.0", "sharp 0.35.4"])
    #expect(inventory.imageLibrary == "0.35.4")
  }

  @Test("is found in the store that yarn makes with nodeLinker: pnpm")
  func yarnsStore() throws {
    let store = "node_modules/.store"
    let inventory = try look(
      Installed(
        [
          "\(store)/next-virtual-1a/package": "16.4.0", "\(store)/sharp-npm-0.35.4-2b/package": "0.35.4",
          "\(store)/react-server-dom-webpack-virtual-3c/package": "19.0.0", "\(store)/waku-virtual-4d/package": "1.0.0",
        ],
        links: [
          "node_modules/next": "\(store)/next-virtual-1a/package",
          "\(store)/next-virtual-1a/node_modules/sharp": "\(store)/sharp-npm-0.35.4-2b/package",
          "\(store)/waku-virtual-4d/node_modules/react-server-dom-webpack":
            "\(store)/react-server-dom-webpack-virtual-3c/package",
        ]))

    #expect(told(inventory) == ["next 16.4.0", "react-server-dom-webpack 19.0.0", "sharp 0.35.4"])
    #expect(inventory.imageLibrary == "0.35.4")
  }

  @Test("is found below other packages where pnpm makes no store, and notes that where the store would be")
  func hoistedByPnpm() throws {
    let inventory = try look(
      Installed(
        [
          "node_modules/next": "16.4.5", "node_modules/sharp": "0.35.5",
          "node_modules/waku/node_modules/react-server-dom-webpack": "19.0.0",
        ], ["node_modules/.pnpm/lock.yaml": "lockfileVersion: '9.0'"]))

    #expect(told(inventory) == ["next 16.4.5", "react-server-dom-webpack 19.0.0", "sharp 0.35.5"])
  }

  @Test("is found below other packages where the package manager leaves no list, as yarn")
  func hoisted() throws {
    let inventory = try look(
      Installed([
        "node_modules/next": "16.4.5", "node_modules/sharp": "0.35.5",
        "node_modules/gatsby/node_modules/sharp": "0.32.0",
        "node_modules/@img/tool/node_modules/sharp": "0.31.0",
      ]))

    #expect(told(inventory).sorted() == ["next 16.4.5", "sharp 0.31.0", "sharp 0.32.0", "sharp 0.35.5"])
    #expect(inventory.imageLibrary == "0.35.5")
  }

  @Test("is that of the app's directory in a monorepo, else of the directories above it")
  func monorepo() throws {
    let files = [
      "node_modules/next": "15.0.0", "apps/web/node_modules/next": "16.4.5", "node_modules/sharp": "0.35.5",
      "apps/other/node_modules/sharp": "0.30.0",
    ]

    #expect(told(try look(Installed(files), root: "apps/web")) == ["next 16.4.5", "sharp 0.35.5"])
    #expect(told(try look(Installed(files), root: "apps/other")) == ["next 15.0.0", "sharp 0.30.0", "sharp 0.35.5"])
    // Next.js loads the one where it is itself, or above.
    #expect(try look(Installed(files), root: "apps/other").imageLibrary == "0.35.5")
  }

  @Test(
    "leaves out what cannot be read as a package",
    arguments: ["", "{", "[]", #"{"version": 16}"#, #"{"version": "latest"}"#, #"{"version": "16.0.0; rm"}"#])
  func hostile(text: String) throws {
    var installed = Installed([:])
    installed.files["node_modules/next/package.json"] = text
    installed.files["node_modules/.package-lock.json"] = text

    #expect(try look(installed).packages.isEmpty)
  }

  @Test(
    "has an App Router where its directory is, none where only that of pages is, and else nobody knows",
    arguments: [
      (["app/page.js"], true), (["src/app/page.js"], true), (["app/page.js", "pages/index.js"], true),
      (["pages/index.js"], false), (["src/pages/index.js"], false), (["lib/page.js"], nil),
    ] as [([String], Bool?)])
  func router(files: [String], hasAppRouter: Bool?) throws {
    let installed = Installed([:], Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))

    #expect(try look(installed).hasAppRouter == hasAppRouter)
  }
}
