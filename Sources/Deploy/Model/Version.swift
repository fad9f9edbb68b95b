/// A version of three numbers (Semantic Versioning 2.0.0); what follows a hyphen or a plus is kept for display only.
public struct Version: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The first number.
  public let major: Int
  /// The second number; 0 if there is none.
  public let minor: Int
  /// The third number; 0 if there is none.
  public let patch: Int
  /// The version as it was written, without a leading "v".
  public let description: String

  /// Reads "20.9.0", "v20.9.0", "16.0.0-canary.1" or a shorter "20.9"; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let plain = text.hasPrefix("v") ? text.dropFirst().description : text.description
    // What follows the numbers is shown, and says so little that nothing else may be in it.
    guard plain.utf8.count <= 256, plain.utf8.allSatisfy({ $0.isLetterOrDigit || "-+.".utf8.contains($0) }) else {
      return nil
    }
    let core = plain.prefix { $0 != "-" && $0 != "+" }
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    // npm's own limit, below which the next version can be computed.
    guard (1...3).contains(numbers.count), numbers.allSatisfy({ (0...9_007_199_254_740_991).contains($0 ?? -1) })
    else { return nil }
    major = numbers[0] ?? 0
    minor = numbers.count > 1 ? numbers[1] ?? 0 : 0
    patch = numbers.count > 2 ? numbers[2] ?? 0 : 0
    description = plain
  }

  /// The three numbers alone, as in "16.0.0".
  public var numbers: String { "\(major).\(minor).\(patch)" }

  /// The version 0.0.0, which nothing is below.
  static let zero = Version(0, 0, 0)

  fileprivate init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
    description = "\(major).\(minor).\(patch)"
  }

  /// Orders versions by their three numbers only.
  public static func < (left: Version, right: Version) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// Whether the three numbers are equal: "16.0.0-canary.1" equals "16.0.0".
  public static func == (left: Version, right: Version) -> Bool {
    (left.major, left.minor, left.patch) == (right.major, right.minor, right.patch)
  }

  /// Hashes the three numbers, by which versions are equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
  }
}

/// The versions of another package that a package accepts, in npm's notation: "^18.18.0 || >= 20.0.0".
public struct VersionRange: Hashable, Sendable, CustomStringConvertible {
  /// The range as it was written.
  public let description: String
  /// Every bound of one of these lists must hold.
  private let alternatives: [[Bound]]

  private struct Bound: Hashable {
    var low: Version?
    /// Not included.
    var high: Version?

    func contains(_ version: Version) -> Bool {
      (low.map { version >= $0 } ?? true) && (high.map { version < $0 } ?? true)
    }
  }

  /// Reads a range; nil if the text is not about versions (a git address, a tag).
  public init?(_ text: String) {
    var alternatives: [[Bound]] = []
    for part in text.split(separator: "||", omittingEmptySubsequences: false) {
      guard let bounds = Self.bounds(part) else { return nil }
      alternatives.append(bounds)
    }
    self.alternatives = alternatives
    description = text
  }

  /// Whether a version is in the range.
  public func contains(_ version: Version) -> Bool {
    alternatives.contains { $0.allSatisfy { $0.contains(version) } }
  }

  /// The lowest version that the range names as acceptable; nil if it names none.
  public var lowest: Version? {
    alternatives.compactMap { bounds in bounds.compactMap(\.low).max() }.filter(contains).min()
      .map { Version($0.major, $0.minor, $0.patch) }
  }

  private static func bounds(_ text: Substring) -> [Bound]? {
    var words = text.split(separator: " ").map(String.init)
    if words.count == 3 && words[1] == "-" {
      guard let low = Version(words[0]), let last = partial(words[2], "<=") else { return nil }
      return [Bound(low: low), last]
    }
    // ">= 20" is ">=20".
    for index in words.indices.reversed() where words[index].allSatisfy({ "<>=^~".contains($0) }) {
      guard index + 1 < words.count else { return nil }
      words[index] += words.remove(at: index + 1)
    }
    var bounds: [Bound] = []
    for word in words {
      let sign = word.prefix { "<>=^~".contains($0) }
      guard let bound = partial(String(word.dropFirst(sign.count)), String(sign)) else { return nil }
      bounds.append(bound)
    }
    return bounds
  }

  private static func partial(_ text: String, _ sign: String) -> Bound? {
    let wild: Set<Substring> = ["x", "X", "*", ""]
    let written = text.split(separator: ".", omittingEmptySubsequences: false).prefix { !wild.contains($0) }
    if written.isEmpty { return Bound() }
    guard let low = Version(written.joined(separator: ".")) else { return nil }
    let nextMajor = Version(low.major + 1, 0, 0)
    let nextMinor = Version(low.major, low.minor + 1, 0)
    let nextPatch = Version(low.major, low.minor, low.patch + 1)
    // The first version above all that the text, short or whole, can stand for.
    let above = written.count == 1 ? nextMajor : written.count == 2 ? nextMinor : nextPatch
    switch sign {
    case ">=": return Bound(low: low)
    case ">": return Bound(low: above)
    case "<": return Bound(high: low)
    case "<=": return Bound(high: above)
    case "~", "~>": return Bound(low: low, high: written.count == 1 ? nextMajor : nextMinor)
    case "^":
      let high =
        low.major > 0 || written.count == 1 ? nextMajor : low.minor > 0 || written.count == 2 ? nextMinor : nextPatch
      return Bound(low: low, high: high)
    case "", "=": return Bound(low: low, high: above)
    default: return nil
    }
  }
}
