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
  return try PackageManagerChoice.find(in: tree, root: directory, manifests: [manifest])
}

@Suite struct `The package manager` {
  @Test(arguments: [
    ("package-lock.json", PackageManager.npm), ("npm-shrinkwrap.json", .npm), ("pnpm-lock.yaml", .pnpm),
    ("yarn.lock", .yarn), ("bun.lock", .bun), ("bun.lockb", .bun),
  ])
  func `is the one that wrote the lockfile`(_ lockfile: String, _ manager: PackageManager) throws {
    let choice = try choose([lockfile])

    #expect(choice.manager == manager)
    #expect(choice.lockfile == lockfile)
    #expect(choice.wantedVersion == nil)
    #expect(choice.warnings.isEmpty)
  }

  @Test(
    arguments: [
      ("pnpm@10.34.9", PackageManager.pnpm, "10.34.9", "pnpm-lock.yaml"),
      ("yarn@4.5.0+sha224.953c8233f7a9", .yarn, "4.5.0", "yarn.lock"), ("npm", .npm, nil, "package-lock.json"),
      ("bun@1.2", .bun, "1.2", "bun.lock"),
    ] as [(String, PackageManager, String?, String)])
  func `is what package.json says`(_ text: String, _ manager: PackageManager, _ version: String?, _ file: String)
    throws
  {
    let choice = try choose([file], packageManager: text)

    #expect(choice.manager == manager)
    #expect(choice.wantedVersion == version)
    #expect(choice.lockfile == file)
  }

  @Test func `that package.json names wins over another's lockfile beside its own, with a warning`() throws {
    let choice = try choose(["pnpm-lock.yaml", "yarn.lock"], packageManager: "pnpm@10.0.0")

    #expect(choice.manager == .pnpm)
    #expect(choice.warnings == ["yarn.lock is not used, for package.json says pnpm@10.0.0: delete it."])
  }

  @Test func `must not disagree with the only lockfile`() throws {
    let error = #expect(throws: Failure.self) { try choose(["yarn.lock"], packageManager: "pnpm@10.0.0") }

    #expect(error?.cause == "package.json says pnpm@10.0.0, but the lockfile is yarn's yarn.lock")
    #expect(error?.next == "Delete yarn.lock and commit pnpm-lock.yaml, or correct \"packageManager\".")
  }

  @Test func `cannot be told from two lockfiles, and the error says which to delete`() throws {
    let error = #expect(throws: Failure.self) { try choose(["package-lock.json", "yarn.lock"]) }

    #expect(error?.cause == "there are lockfiles of several: package-lock.json, yarn.lock")
    #expect(
      error?.next == "If you use npm, delete yarn.lock; if you use yarn, delete package-lock.json.")
  }

  @Test func `may have two lockfiles of its own`() throws {
    #expect(try choose(["bun.lock", "bun.lockb"]).lockfile == "bun.lock")
  }

  @Test func `is npm where there is no lockfile, with a warning`() throws {
    let choice = try choose([])

    #expect(choice.manager == .npm)
    #expect(choice.lockfile == nil)
    #expect(choice.warnings.count == 1)
    #expect(choice.installArguments.first == "install")
  }

  @Test(arguments: ["pnmp@1", "", "@", "deno@2", "../npm"])
  func `of an unknown name is refused`(_ name: String) throws {
    let error = #expect(throws: Failure.self) { try choose([], packageManager: name) }

    #expect(error?.attempt == "choosing the package manager")
    if name == "pnmp@1" { #expect(error?.next == "Did you mean 'pnpm'?") }
  }

  @Test(arguments: [
    (
      "yarn.lock", "# yarn lockfile v1\n", false,
      ["install", "--production=false", "--non-interactive", "--frozen-lockfile"]
    ),
    ("yarn.lock", "__metadata:\n  version: 8\n", true, ["install", "--immutable"]),
    ("package-lock.json", "{}", false, ["ci", "--include=dev", "--no-audit", "--no-fund"]),
    ("pnpm-lock.yaml", "", false, ["install", "--frozen-lockfile", "--prod=false"]),
    ("bun.lock", "", false, ["install", "--frozen-lockfile"]),
  ])
  func `installs exactly what the lockfile says`(
    _ file: String, _ text: String, _ modern: Bool, _ arguments: [String]
  ) throws {
    let choice = try choose([file], lock: text)

    #expect(choice.modernYarn == modern)
    #expect(choice.installArguments == arguments)
  }

  @Test func `of a workspace runs where its lockfile is`() throws {
    let choice = try choose(["pnpm-lock.yaml", "apps/web/package.json"], root: "apps/web")

    #expect(choice.manager == .pnpm)
    #expect(choice.directory.isTop)
  }

  @Test func `of an app with a lockfile of its own runs there`() throws {
    let choice = try choose(["pnpm-lock.yaml", "apps/web/yarn.lock"], root: "apps/web")

    #expect(choice.manager == .yarn)
    #expect(choice.directory.description == "apps/web")
  }
}
