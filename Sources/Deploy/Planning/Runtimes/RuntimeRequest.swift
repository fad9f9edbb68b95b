/// The versions of a runtime that will do, as people write them: "24", "v22.11.0", "20.x", ">=20.9", "lts/jod", "node".
public struct RuntimeRequest: CheckedText {
  /// The request as it was written.
  public let description: String
  private let versions: Versions

  private enum Versions: Hashable {
    case range(VersionRange)
    /// Versions of a long-term line: of the one with this code name, else of the newest.
    case longTerm(String?)
    case newest
  }

  /// Reads a request; throws a failure of kind `usage` for anything else.
  public init(_ text: String) throws(Failure) {
    // It is shown, whatever stands behind an "x" or "lts/" in it.
    let isShort = text.utf8.count <= 200 && text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    guard isShort, let versions = Self.versions(text.lowercased()) else {
      throw Failure(
        .usage, "reading a version", "\(text.quoted) is none, and no range of versions",
        next: "Give one such as 24, 22.11.0, lts or lts/jod.")
    }
    description = text
    self.versions = versions
  }

  private static func versions(_ word: String) -> Versions? {
    switch word {
    case "node", "stable", "current", "latest", "*": return .newest
    case "lts", "lts/*", "lts-*": return .longTerm(nil)
    default:
      if word.hasPrefix("lts/") || word.hasPrefix("lts-") {
        let name = word.dropFirst(4)
        return !name.isEmpty && name.utf8.allSatisfy(\.isLetterOrDigit) ? .longTerm(String(name)) : nil
      }
      guard word.contains(where: \.isNumber) else { return nil }
      return VersionRange(word).map { .range($0) }
    }
  }

  /// Whether a version will do.
  public func accepts(_ version: Version) -> Bool {
    switch versions {
    case .range(let range): range.contains(version)
    case .longTerm(let name?): NodeLine.of(version)?.codeName == name
    // Which one that is, a mirror knows better; an older one than the newest known is none.
    case .longTerm(nil): NodeLine.of(version).map { $0.isLongTerm && $0.major >= NodeLine.longTerm } ?? false
    case .newest: true
    }
  }

  /// Whether a version will do that a mirror offers.
  ///
  /// - Parameter codeName: that of its line as a long-term one, in small letters; nil if it is none.
  public func accepts(_ version: Version, codeName: String?) -> Bool {
    switch versions {
    case .range(let range): range.contains(version)
    case .longTerm(let name): codeName != nil && (name ?? codeName) == codeName
    case .newest: true
    }
  }

  /// Whether a version of a long-term line is meant, unless only others fit.
  public var prefersLongTerm: Bool { versions != .newest }

  /// The one version that will do; nil if there is a choice.
  public var exact: Version? {
    guard let version = Version(description), description.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else {
      return nil
    }
    return version
  }

  /// The request as one word of a shell command; nil if it would have to be quoted.
  var word: String? {
    switch versions {
    case .newest: "latest"
    case .longTerm(let name): name.map { "lts/\($0)" } ?? "lts"
    case .range:
      description.isPlain(and: ".") ? (description.hasPrefix("v") ? String(description.dropFirst()) : description) : nil
    }
  }
}
