/// The version of a package manager that an app is installed with.
public struct PackageManagerVersion: Equatable, Codable, Sendable, CustomStringConvertible {
  /// The version Corepack brings if the machine has none that will do; what follows a plus is its checksum.
  public let exact: String
  /// The versions that will do, in npm's notation; nil if only the exact one will.
  public let range: String?
  /// Those of them that also leave the lockfile as it is; nil if that does not matter.
  let suits: String?
  /// Versions that are still better than none.
  let others: String?

  /// The version without its checksum.
  public var description: String { String(exact.prefix { $0 != "+" }) }

  var number: Version? { Version(exact) }

  func accepts(_ version: String) -> Bool {
    let ranges = [range, suits].compactMap(\.self)
    return ranges.isEmpty ? Version(version) == number : ranges.allSatisfy { Self.contains($0, version) }
  }

  func toleratesInNeed(_ version: String) -> Bool { others.map { Self.contains($0, version) } ?? false }

  private static func contains(_ range: String, _ version: String) -> Bool {
    guard let range = VersionRange(range), let version = Version(version) else { return false }
    return range.contains(version)
  }

  private init(exact: String, range: String?, suits: String? = nil, others: String? = nil) {
    self.exact = exact
    self.range = range
    self.suits = suits
    self.others = others
  }

  /// What a lockfile asks for.
  init(_ format: LockfileFormat) { self.init(exact: format.brings, range: format.suits, others: format.reads) }

  /// What package.json asks for; nil if that is no version (a tag, an address).
  ///
  /// - Parameter format: the lockfile's. If package.json leaves a choice, its version is taken, else the newest known.
  init?(_ text: String, of manager: PackageManager, _ format: LockfileFormat?) {
    if let version = Version(text), text.utf8.count(where: { $0 == UInt8(ascii: ".") }) > 1 {
      // It becomes a word of a script.
      guard text.isPlain(and: ".+-") else { return nil }
      self.init(exact: version.description, range: nil)
      return
    }
    guard let range = VersionRange(text) else { return nil }
    let known = [format?.brings].compactMap(\.self) + Self.known(manager).reversed()
    guard let exact = known.first(where: { Version($0).map(range.contains) ?? false }) ?? range.lowest?.description
    else { return nil }
    self.init(exact: exact, range: text, suits: exact == format?.brings ? format?.suits : nil)
  }

  /// The last release of each major version, in order.
  private static func known(_ manager: PackageManager) -> [String] {
    let others = manager == .pnpm ? ["9.15.9", "12.21.0"] : []
    let all = LockfileFormat.all.filter { $0.manager == manager }.map(\.brings) + others
    return all.compactMap { Version($0) }.sorted().map(\.description)
  }
}
