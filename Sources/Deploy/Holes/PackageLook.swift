/// Finds installed packages in the layouts that package managers use.
struct PackageLook<Files: InstalledFiles> {
  private let files: Files
  /// Each node_modules in which Node looks for the app's packages, the nearest first.
  private let directories: [String]
  /// Places of packages that no release has.
  private let without: Set<String>
  /// Where any package may be, beside those directories: a directory for each package that has some for itself.
  private var others: [String] = []
  /// Where npm says that packages are.
  private var locked: [String] = []

  /// - Parameter root: the app's directory.
  init(_ files: Files, root: RelativePath, without: Set<String>) throws {
    self.files = files
    self.without = without
    directories = PackageManagerChoice.ancestors(of: root).map { $0.file("node_modules") }
    for directory in directories {
      if let text = try files.text("\(directory)/.package-lock.json"), let packages = LockedPackages(text) {
        let top = directory.dropLast("node_modules".count)
        locked += packages.places.filter { $0.hasPrefix("node_modules/") }.map { top + $0 }
        continue
      }
      // One beside the other: pnpm keeps a list of its own in its store's place even where it makes no store.
      others += try Self.stores.flatMap { store in
        try files.list("\(directory)/\(store)").map { "\(directory)/\(store)/\($0)/node_modules" }
      }
      others += try holders(in: directory)
    }
  }

  /// Where pnpm and Bun keep each version once, as in "node_modules/.pnpm/next@16.4.5_react@19.3.1/node_modules/next", and
  /// yarn and npm, told to do the same, what each uses, under other names.
  private static var stores: [String] { [".pnpm", ".bun", ".store"] }

  /// yarn and Bun leave no list of what they installed where.
  private func holders(in directory: String) throws -> [String] {
    var holders: [String] = []
    for name in try files.list(directory) where !name.hasPrefix(".") {
      let packages = name.hasPrefix("@") ? try files.list("\(directory)/\(name)").map { "\(name)/\($0)" } : [name]
      holders += packages.map { "\(directory)/\($0)/node_modules" }.filter(files.exists)
    }
    return holders
  }

  /// The version of the package at a place; nil if none is there.
  func version(at place: String) throws -> Version? {
    try files.text("\(place)/package.json").flatMap { try? JSON.parse($0) }?["version"]?.string.flatMap { Version($0) }
  }

  /// The places that a package is in, the one from which the app itself would load it first. Of Next.js only that one, for
  /// no other runs.
  func places(of name: String) throws -> [String] {
    let own = nearest(name)
    if name == "next" { return [own].compactMap(\.self) }
    let nested =
      locked.filter { $0.hasSuffix("/node_modules/\(name)") }
      + others.filter { !Self.isStoreEntry($0, ofOtherThan: name) }.map { "\($0)/\(name)" }
    return ([own, try placeForNext(of: name)].compactMap(\.self) + nested).uniqued().filter {
      !without.contains($0) && files.exists("\($0)/package.json")
    }
  }

  /// Whether it is the place in a store of one version of another package: those have links to what they use.
  private static func isStoreEntry(_ place: String, ofOtherThan name: String) -> Bool {
    guard let entry = place.pathParts.dropLast().last,
      [".pnpm", ".bun"].contains(place.pathParts.dropLast(2).last)
    else { return false }
    return !entry.hasPrefix("\(name)@")
  }

  private func nearest(_ name: String) -> String? {
    directories.map { "\($0)/\(name)" }.first { files.exists("\($0)/package.json") }
  }

  /// The place from which Next.js loads a package: Node looks below and above where Next.js really is, which in a store is
  /// not where the app finds it.
  func placeForNext(of name: String) throws -> String? {
    guard let next = try nearest("next").flatMap(files.followed)?.pathParts else { return nil }
    return (0...next.count).reversed().map { (next.prefix($0) + ["node_modules", name]).joined(separator: "/") }
      .first { files.exists("\($0)/package.json") && !without.contains($0) }
  }
}
