import Deploy

/// The list of Node's releases, `index.json` of nodejs.org/dist.
struct NodeIndex {
  struct Release: Equatable {
    let version: Version
    /// In small letters; nil if it belongs to no long-term line.
    let codeName: String?
    /// The builds that there are, as in "linux-x64".
    let builds: Set<String>
  }

  let releases: [Release]

  /// Reads the list; what is not as it should be in it is no release.
  init(_ text: String, from address: String) throws(Failure) {
    guard let entries = (try? JSON.parse(text))?.elements else {
      throw Failure(
        "reading \(address)", "it is no list of Node's releases",
        next: "Check the mirror: 'nextdeploy config show' says which it is (runtime.mirror).")
    }
    releases = entries.compactMap { entry in
      // The version becomes a part of paths and addresses.
      guard let text = entry["version"]?.string, text.hasPrefix("v"), let version = Version(text),
        "v\(version.numbers)" == text
      else { return nil }
      return Release(
        version: version, codeName: entry["lts"]?.string?.lowercased(),
        builds: Set((entry["files"]?.elements ?? []).compactMap(\.string)))
    }
  }

  /// The newest version that fits and that there is a build of; one of a long-term line before any other, unless the
  /// newest is asked for.
  func best(for need: RuntimeNeed, build: String) -> Version? {
    let fitting = releases.filter { $0.builds.contains(build) && need.accepts($0.version, codeName: $0.codeName) }
    let longTerm = need.wishes.allSatisfy(\.request.prefersLongTerm) ? fitting.filter { $0.codeName != nil } : []
    return (longTerm.isEmpty ? fitting : longTerm).map(\.version).max()
  }
}

/// A list of checksums as sha256sum(1) prints it: "SHASUMS256.txt".
struct Checksums {
  private let sums: [Substring: Substring]

  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: " ") }.filter { $0.count == 2 }
    // With an asterisk before it, a file was read as it is.
    sums = lines.reduce(into: [:]) { $0[$1[1].hasPrefix("*") ? $1[1].dropFirst() : $1[1]] = $1[0] }
  }

  /// The checksum of a file, in small hexadecimal digits; nil if there is none.
  func sum(of file: String) -> String? {
    guard let sum = sums[file[...]]?.lowercased(), sum.utf8.count == 64, sum.allSatisfy(\.isHexDigit) else {
      return nil
    }
    return sum
  }
}
