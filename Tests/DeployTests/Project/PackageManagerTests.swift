@testable import Deploy
import Testing

/// What a tree holds at its top, and what comes of it.
private func choose(
  _ files: [String], packageManager: String? = nil, lock: String = "", root: String = "."
) throws -> PackageManagerChoice {
  let directory = try #require(RelativePath(root))
  var tree = try MemoryTree()
  for file in files { try tree.add(file, lock) }
  let named = packageManager.map { "\"packageManager\": \"\($0)\", " } ?? ""
  let manifest = try PackageManifest("{\(named)\"dependencies\": {\"a\": \"1\"}}", path: "package.json")
  return try PackageManagerChoice.find(
    in: tree, root: directory, manifests: [Project.Located(directory: directory, manifest: manifest)])
}

/// What is chosen for the app of a whole tree.
private func choose(_ files: [String: String], root: String) throws -> PackageManagerChoice {
  var file = ProjectFile()
  file.root = try #require(RelativePath(root))
  return try Project(MemoryTree(files), file: file).packages
}

@Suite("The package manager")
struct PackageManagerTests {
  @Test(
    "is the one that wrote the lockfile",
    arguments: [
      ("package-lock.json", PackageManager.npm), ("npm-shrinkwrap.json", .npm), ("pnpm-lock.yaml", .pnpm),
      ("yarn.lock", .yarn), ("bun.lock", .bun), ("bun.lockb", .bun),
    ])
  func wroteLockfile3(_ lockfile: String, _ manager: PackageManager) throws {
    let choice = try choose([lockfile])

    #expect(choice.manager == manager)
    #expect(choice.lockfile == lockfile)
    #expect(choice.warnings.isEmpty)
  }

  @Test(
    "is what package.json says",
    arguments: [
      ("pnpm@10.20.0", PackageManager.pnpm, "10.20.0", "pnpm-lock.yaml"),
      ("yarn@4.5.0+sha224.953c8233f7a9", .yarn, "4.5.0+sha224.953c8233f7a9", "yarn.lock"),
      ("npm", .npm, nil, "package-lock.json"), ("bun@1.2", .bun, "1.2.0", "bun.lock"),
    ] as [(String, PackageManager, String?, String)])
  func packageJsonSays(_ text: String, _ manager: PackageManager, _ version: String?, _ file: String)
    throws
  {
    let choice = try choose([file], packageManager: text)

    #expect(choice.manager == manager)
    #expect(choice.version?.exact == version)
    #expect(choice.lockfile == file)
  }

  @Test("that package.json names wins over another's lockfile beside its own, with a warning")
  func packageJsonNames() throws {
    let choice = try choose(["pnpm-lock.yaml", "yarn.lock"], packageManager: "pnpm@10.0.0")

    #expect(choice.manager == .pnpm)
    #expect(choice.warnings == ["yarn.lock is not used, for package.json says pnpm@10.0.0: delete it."])
  }

  @Test("must not disagree with the only lockfile")
  func mustNotDisagree() throws {
    let error = #expect(throws: Failure.self) { try choose(["yarn.lock"], packageManager: "pnpm@10.0.0") }

    #expect(error?.cause == "package.json says pnpm@10.0.0, but the lockfile is yarn's yarn.lock")
    #expect(error?.next == "Delete yarn.lock and commit pnpm-lock.yaml, or correct \"packageManager\".")
  }

  @Test("cannot be told from two lockfiles, and the error says which to delete")
  func cannotToldTwo() throws {
    let error = #expect(throws: Failure.self) { try choose(["package-lock.json", "yarn.lock"]) }

    #expect(error?.cause == "there are lockfiles of several: package-lock.json, yarn.lock")
    #expect(
      error?.next == "If you use npm, delete yarn.lock; if you use yarn, delete package-lock.json.")
  }

  @Test("may have two lockfiles of its own")
  func mayTwoLockfiles() throws {
    #expect(try choose(["bun.lock", "bun.lockb"]).lockfile == "bun.lock")
  }

  @Test("is npm where there is no lockfile, with a warning")
  func npmNoLockfile() throws {
    let choice = try choose([])

    #expect(choice.manager == .npm)
    #expect(choice.lockfile == nil)
    #expect(choice.warnings.count == 1)
    #expect(choice.installArguments.first == "install")
  }

  @Test("of an unknown name is refused", arguments: ["pnmp@1", "", "@", "deno@2", "../npm"])
  func unknownNameRefused(_ name: String) throws {
    let error = #expect(throws: Failure.self) { try choose([], packageManager: name) }

    #expect(error?.attempt == "choosing the package manager")
    if name == "pnmp@1" { #expect(error?.next == "Did you mean 'pnpm'?") }
  }

  @Test(
    "installs exactly what the lockfile says",
    arguments: [
      (
        "yarn.lock", "# yarn lockfile v1\n",
        ["install", "--production=false", "--non-interactive", "--frozen-lockfile"]
      ),
      ("yarn.lock", "__metadata:\n  version: 8\n", ["install", "--immutable"]),
      ("package-lock.json", "{}", ["ci", "--include=dev", "--no-audit", "--no-fund"]),
      ("pnpm-lock.yaml", "", ["install", "--frozen-lockfile", "--prod=false"]),
      ("bun.lock", "", ["install", "--frozen-lockfile"]),
    ])
  func installsExactlyLockfile(_ file: String, _ text: String, _ arguments: [String]) throws {
    #expect(try choose([file], lock: text).installArguments == arguments)
  }

  @Test("of a workspace runs where its lockfile is")
  func workspaceRunsLockfile() throws {
    let choice = try choose(["pnpm-lock.yaml", "apps/web/package.json"], root: "apps/web")

    #expect(choice.manager == .pnpm)
    #expect(choice.directory.isTop)
  }

  @Test("of an app with a lockfile of its own runs there")
  func appLockfileOwn() throws {
    let choice = try choose(["pnpm-lock.yaml", "apps/web/yarn.lock"], root: "apps/web")

    #expect(choice.manager == .yarn)
    #expect(choice.directory.description == "apps/web")
  }

  private static let app = #"{"name": "web", "dependencies": {"a": "1"}}"#

  @Test(
    "of an app with a lockfile of its own is not that of the repository",
    arguments: [
      (#"{"packageManager": "pnpm@9.1.0"}"#, "apps/web/yarn.lock", "", PackageManager.yarn, "1.22.22"),
      (#"{"packageManager": "pnpm@9.1.0"}"#, "apps/web/pnpm-lock.yaml", "lockfileVersion: '6.0'\n", .pnpm, "8.15.9"),
      (#"{"devEngines": {"packageManager": {"name": "bun"}}}"#, "apps/web/package-lock.json", "{}", .npm, nil),
      (#"{"engines": {"pnpm": "^9"}}"#, "apps/web/pnpm-lock.yaml", "lockfileVersion: '9.0'\n", .pnpm, "10.34.9"),
    ] as [(String, String, String, PackageManager, String?)])
  func appLockfileOwnNot(
    _ top: String, _ lockfile: String, _ text: String, _ manager: PackageManager, _ version: String?
  ) throws {
    let choice = try choose(
      [
        "package.json": top, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "apps/web/package.json": Self.app,
        lockfile: text,
      ],
      root: "apps/web")

    #expect(choice.manager == manager)
    #expect(choice.version?.exact == version)
    #expect(choice.directory.description == "apps/web")
  }

  @Test(
    "leaves a workspace above such an app alone",
    arguments: [
      ("pnpm-workspace.yaml", "", "pnpm-lock.yaml", app, "--ignore-workspace"),
      ("package.json", #"{"workspaces": ["apps/*"]}"#, "package-lock.json", app, "--no-workspaces"),
      // With lockfiles of their own, packages of one workspace.
      ("pnpm-workspace.yaml", "", "pnpm-lock.yaml", #"{"dependencies": {"ui": "workspace:*"}}"#, nil),
      ("package.json", "{}", "package-lock.json", app, nil),
    ] as [(String, String, String, String, String?)])
  func leavesWorkspaceAbove(
    _ file: String, _ text: String, _ lockfile: String, _ app: String, _ argument: String?
  ) throws {
    let choice = try choose(
      [file: text, "apps/web/package.json": app, "apps/web/\(lockfile)": "lockfileVersion: '9.0'\n"], root: "apps/web")

    let last = try #require(choice.installArguments.last)
    #expect(last == argument || argument == nil && !last.contains("workspace"))
  }
}

@Suite("The package manager's version")
struct PackageManagerVersionTests {
  private func version(_ files: [String: String], _ more: String = "") throws -> PackageManagerVersion? {
    let manifest = #"{"name": "web"\#(more.isEmpty ? "" : ", ")\#(more)}"#
    return try choose(["package.json": manifest].merging(files) { $1 }, root: ".").version
  }

  private static func pnpm(_ version: String) -> [String: String] {
    ["pnpm-lock.yaml": "lockfileVersion: \(version)\n\nsettings:\n  autoInstallPeers: true\n"]
  }

  private static func yarn(_ version: Int?) -> [String: String] {
    let metadata = version.map { "__metadata:\n  version: \($0)\n  cacheKey: 10\n" } ?? "# yarn lockfile v1\n"
    return ["yarn.lock": "# This file is generated by running \"yarn install\"\n\n\(metadata)"]
  }

  @Test(
    "is the lockfile's where nothing else says it",
    arguments: [
      (pnpm("5.2"), "6.35.1"), (pnpm("5.3"), "6.35.1"), (pnpm("5.4"), "7.33.7"), (pnpm("'6.0'"), "8.15.9"),
      (pnpm("'6.1'"), "8.15.9"), (pnpm("'9.0'"), "10.34.9"), (pnpm("'10.0'"), "10.34.9"),
      (["pnpm-lock.yaml": ""], "10.34.9"),
      (yarn(nil), "1.22.22"), (yarn(4), "2.4.3"), (yarn(5), "3.1.1"), (yarn(6), "3.8.7"), (yarn(8), "4.13.0"),
      (yarn(9), "4.14.1"), (yarn(10), "4.18.1"), (["yarn.lock": "__metadata:\n"], "4.18.1"),
      (["package-lock.json": "{}"], nil), (["bun.lock": "{}"], nil),
    ] as [([String: String], String?)])
  func lockfileNothingElse(_ files: [String: String], _ exact: String?) throws {
    #expect(try version(files)?.exact == exact)
  }

  @Test("is a pinned one where there is no lockfile")
  func pinnedNoLockfile() throws {
    #expect(try version([:], #""packageManager": "pnpm""#)?.exact == "10.34.9")
    #expect(try version([:], #""packageManager": "yarn""#)?.exact == "1.22.22")
    #expect(try version([".yarnrc.yml": "nodeLinker: node-modules\n"], #""packageManager": "yarn""#)?.exact == "4.18.1")
  }

  @Test(
    "is package.json's before the lockfile's",
    arguments: [
      (
        #""packageManager": "pnpm@9.1.0+sha512.ab", "devEngines": {"packageManager": {"name": "pnpm", "version": "8"}}"#,
        "9.1.0+sha512.ab", nil
      ),
      (
        #""devEngines": {"packageManager": {"name": "pnpm", "version": ">=8 <10"}}, "engines": {"pnpm": "7"}"#,
        "9.15.9", ">=8 <10"
      ),
      (#""devEngines": {"packageManager": [{"name": "pnpm", "version": "11.2.0"}]}"#, "11.2.0", nil),
      (#""devEngines": {"packageManager": {"name": "pnpm", "version": "7", "onFail": "warn"}}"#, "10.34.9", "9 || 10"),
      (#""engines": {"pnpm": "8", "yarn": "please use pnpm"}"#, "8.15.9", "8"),
      (#""engines": {"pnpm": ">=9"}"#, "10.34.9", ">=9"), (#""engines": {"pnpm": ">=12"}"#, "12.21.0", ">=12"),
      (#""engines": {"pnpm": "~11.4.0"}"#, "11.4.0", "~11.4.0"), (#""engines": {"pnpm": "9.1.2"}"#, "9.1.2", nil),
      (#""engines": {"pnpm": "yes"}"#, "10.34.9", "9 || 10"), (#""packageManager": "pnpm@^10.2""#, "10.34.9", "^10.2"),
    ] as [(String, String, String?)])
  func packageJsonBefore(_ manifest: String, _ exact: String, _ range: String?) throws {
    let version = try #require(try version(Self.pnpm("'9.0'"), manifest))

    #expect(version.exact == exact)
    #expect(version.range == range)
  }

  @Test("is that of the lockfile's package.json before the app's")
  func lockfilePackageJson() throws {
    let files = [
      "package.json": #"{"packageManager": "pnpm@10.1.0"}"#, "pnpm-lock.yaml": "",
      "apps/web/package.json": #"{"packageManager": "pnpm@9.9.9"}"#,
    ]

    #expect(try choose(files, root: "apps/web").version?.exact == "10.1.0")
    #expect(try choose(files.filter { $0.key != "package.json" }, root: "apps/web").version?.exact == "9.9.9")
  }

  @Test(
    "is that of the yarn in the repository",
    arguments: [".yarn/releases/yarn-3.6.1.cjs", "'.yarn/releases/yarn-3.6.1.js'"])
  func yarnRepository3(_ path: String) throws {
    let files = [".yarnrc.yml": "nodeLinker: node-modules\nyarnPath: \(path)\n"]

    #expect(try version(files.merging(Self.yarn(8)) { $1 }, #""packageManager": "yarn@4.0.0""#)?.exact == "3.6.1")
  }

  @Test(
    "that is not one is ignored, with a warning",
    arguments: [
      "latest", "https://example.com/pnpm.tgz", "10.0.0$(touch x)", "10.0.0-a b", "10.0.0\\n", "1.2.3-\u{e9}",
    ])
  func noneNotTaken(_ text: String) throws {
    let files = ["package.json": #"{"packageManager": "pnpm@\#(text)"}"#].merging(Self.pnpm("'6.0'")) { $1 }

    let choice = try choose(files, root: ".")

    #expect(choice.version?.exact == "8.15.9")
    #expect(choice.warnings.first?.hasSuffix("which is no version: pnpm 8.15.9 is taken.") == true)
  }
}
