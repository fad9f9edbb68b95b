/// What npm wrote down about the packages it installs: package-lock.json, or node_modules/.package-lock.json.
struct LockedPackages {
  /// Where something that a start command needs comes from.
  enum Origin: Equatable {
    case production
    /// A package that only development needs, by its name.
    case development(String)
    /// No package has it.
    case absent
  }

  /// By their place, as in "apps/web/node_modules/tsx".
  private let packages: [JSON.Member]

  /// Nil unless npm 7 or later wrote the text, for earlier versions do not note what each package is for.
  init?(_ text: String) {
    guard let packages = (try? JSON.parse(text))?["packages"]?.members else { return nil }
    self.packages = packages
  }

  /// The places of all of them.
  var places: [String] { packages.map(\.key) }

  /// The places of packages that only development needs. What is linked is a part of the repository.
  var development: [String] { packages.filter { Self.isDevelopment($0.value) }.map(\.key) }

  /// - Parameter directory: the app's, from where npm installs.
  func origin(ofProgram program: String, in directory: RelativePath) -> Origin {
    let places = Dictionary(packages.map { ($0.key, $0.value) }) { first, _ in first }
    return origin(in: directory) { name, package in
      // The workspace package that a link points at.
      let linked = { package["resolved"]?.string.flatMap { places[$0] } ?? .null }
      let bin = (package["link"] == .bool(true) ? linked() : package)["bin"]
      // A single program may have no name but the package's.
      return bin?[program] != nil || bin?.string != nil && name.pathParts.last == program
    }
  }

  func origin(ofPackage name: String, in directory: RelativePath) -> Origin {
    origin(in: directory) { place, _ in place == name }
  }

  private func origin(in directory: RelativePath, where isMeant: (String, JSON) -> Bool) -> Origin {
    var origin = Origin.absent
    // Those that a program of the app's would find.
    let prefixes = PackageManagerChoice.ancestors(of: directory).map { $0.file("node_modules/") }
    for package in packages {
      guard let prefix = prefixes.first(where: package.key.hasPrefix) else { continue }
      let name = String(package.key.dropFirst(prefix.count))
      guard !name.contains("/node_modules/"), isMeant(name, package.value) else { continue }
      if !Self.isDevelopment(package.value) { return .production }
      origin = .development(name)
    }
    return origin
  }

  private static func isDevelopment(_ package: JSON) -> Bool {
    package["dev"] == .bool(true) && package["link"] == nil
  }
}
