/// What a lockfile says about its own format and the version of one package. No more of it is read than that takes.
struct Lockfile {
  private let manager: PackageManager
  private let lines: [Substring]

  /// Nil if there is no such file, or it is not text (bun.lockb).
  init?(_ manager: PackageManager, _ path: String, in tree: some SourceTree) throws {
    guard !path.hasSuffix(".lockb"), let text = try tree.text(path) else { return nil }
    self.init(manager, text)
  }

  init(_ manager: PackageManager, _ text: String) {
    self.manager = manager
    // By bytes: to Swift CR LF is one letter. Lockfiles are large.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
      Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
    // Of pnpm 11 and later the app's packages are the last of two documents; pnpm's own come first (https://pnpm.io/lockfile).
    self.lines = manager == .pnpm ? Array(lines.split(separator: "---").last ?? []) : lines
  }

  /// Nil for managers whose version no lockfile decides.
  var format: LockfileFormat? {
    func format(_ line: Substring?) -> LockfileFormat? {
      line.flatMap(Self.value).flatMap { Version($0) }.flatMap { LockfileFormat.of(manager, $0) }
    }
    switch manager {
    case .pnpm: return format(lines.first { $0.hasPrefix("lockfileVersion:") })
    case .yarn:
      // Yarn 1 has no number.
      guard let start = lines.firstIndex(of: "__metadata:") else { return format("version: 1") }
      let metadata = lines[(start + 1)...].prefix { $0.indent > 0 }
      return format(metadata.first { Self.key($0) == "version" }) ?? .newest(.yarn, modernYarn: true)
    case .npm, .bun: return nil
    }
  }

  /// The version of a package that is installed.
  ///
  /// - Parameters:
  ///   - range: what the app's package.json asks for.
  ///   - app: the app's name in package.json.
  ///   - place: the app's directory, from that of the lockfile.
  func version(of package: String, range: String, for app: String, in place: [String]) -> String? {
    let found: Substring?
    switch manager {
    case .npm: found = npm(package, place)
    case .pnpm: found = pnpm(package, place)
    case .yarn: found = yarn(package, range)
    case .bun: found = bun(package, app)
    }
    // Behind it may be which others it was installed with: "16.4.5(react@19.2.0)", "12.1.0_react@17.0.2".
    let plain = found?.prefix { !"(_".contains($0) }
    return plain.flatMap { Version($0) }?.description
  }

  /// `"apps/web/node_modules/next": {` and the "version" in it, the nearest first.
  private func npm(_ package: String, _ place: [String]) -> Substring? {
    let keys = (0...place.count).reversed().map {
      (place.prefix($0) + ["node_modules", package]).joined(separator: "/")
    }
    // The last is that of lockfiles of version 1.
    let starts = (keys + [package]).map { "\"\($0)\": {" }
    let ending = "\(package)\": {"
    // Once through the lines, however deep the app is.
    var found: [Substring: Int] = [:]
    for (index, line) in lines.enumerated() where line.utf8.last == UInt8(ascii: "{") && line.hasSuffix(ending) {
      let line = line.trimmed
      if found[line] == nil { found[line] = index }
    }
    for index in starts.compactMap({ found[$0[...]] }) {
      let inside = lines[(index + 1)...].prefix(20).prefix { !$0.trimmed.hasPrefix("}") }
      if let line = inside.first(where: { Self.key($0) == "version" }) { return Self.value(line) }
    }
    return nil
  }

  /// The app's part of `importers`, or the whole file without one: `next: 12.1.0`, or `next:` and the `version:` in it.
  private func pnpm(_ package: String, _ place: [String]) -> Substring? {
    var rest = lines[...]
    var indent = 0
    if rest.contains("importers:") {
      let name = place.isEmpty ? "." : place.joined(separator: "/")
      rest = rest.drop { $0.indent != 2 || Self.key($0) != name }.dropFirst().prefix { $0.indent > 2 }
      indent = 4
    }
    var isDependencies = false
    for (index, line) in zip(rest.indices, rest) {
      if line.indent <= indent {
        isDependencies = line.indent == indent && (Self.key(line)?.lowercased().hasSuffix("dependencies") ?? false)
      }
      guard isDependencies, line.indent == indent + 2, Self.key(line) == package else { continue }
      if let value = Self.value(line) { return value }
      let inside = rest[(index + 1)...].prefix { $0.indent > indent + 2 }
      return inside.first { Self.key($0) == "version" }.flatMap(Self.value)
    }
    return nil
  }

  /// The entry for what package.json asks for: `next@^16:` or `"next@npm:^16, next@npm:16.4.5":`, and its version.
  private func yarn(_ package: String, _ range: String) -> Substring? {
    var versions: Set<Substring> = []
    for (index, line) in lines.enumerated() where line.indent == 0 && line.hasSuffix(":") {
      let wanted = line.dropLast().split(separator: ", ").map { $0.unquoted }.filter { $0.hasPrefix("\(package)@") }
      guard !wanted.isEmpty, let version = lines[(index + 1)...].first.flatMap(Self.value) else { continue }
      if wanted.contains("\(package)@\(range)") || wanted.contains("\(package)@npm:\(range)") { return version }
      versions.insert(version)
    }
    // Where package.json leaves the range to a catalog, it is the only one there is.
    return versions.count == 1 ? versions.first : nil
  }

  /// `"web/next": ["next@16.4.5", …`, else `"next": [`.
  private func bun(_ package: String, _ app: String) -> Substring? {
    for key in ["\(app)/\(package)", package] {
      let start = "\"\(key)\": [\"\(package)@"
      if let line = lines.first(where: { $0.trimmed.hasPrefix(start) }) {
        return line.trimmed.dropFirst(start.count).prefix { $0 != "\"" }
      }
    }
    return nil
  }

  /// What stands before the colon of `key: value`.
  private static func key(_ line: Substring) -> String? {
    let trimmed = line.trimmed
    if let quote = trimmed.first, "\"'".contains(quote) { return String(trimmed.dropFirst().prefix { $0 != quote }) }
    return String(trimmed.prefix { $0 != ":" })
  }

  /// The value of `key: value`, `key "value"` or `"key": "value",`; nil if it comes on the next lines.
  private static func value(_ line: Substring) -> Substring? {
    let words = line.trimmed.split(separator: " ", maxSplits: 1)
    guard words.count > 1 else { return nil }
    return words[1].prefix { $0 != "," }.unquoted
  }
}

extension Substring {
  fileprivate var indent: Int { utf8.prefix { $0 == UInt8(ascii: " ") }.count }

  fileprivate var trimmed: Substring {
    let bytes = utf8.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return Substring(bytes)
  }

  fileprivate var unquoted: Substring {
    guard let quote = first, "\"'".contains(quote) else { return self }
    return dropFirst().prefix { $0 != quote }
  }
}
