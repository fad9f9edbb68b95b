extension Version {
  /// Whether it comes before another in the order of Semantic Versioning, section 11, which looks at what follows a hyphen
  /// too: 16.0.0-canary.9 is before 16.0.0-canary.10, and that before 16.0.0.
  public func precedes(_ other: Version) -> Bool {
    if self != other { return self < other }
    let (own, others) = (prerelease, other.prerelease)
    // A release comes after all that led to it.
    if own.isEmpty || others.isEmpty { return !own.isEmpty && others.isEmpty }
    for (left, right) in zip(own, others) where left != right {
      switch (Int(left), Int(right)) {
      case (let left?, let right?): return left < right
      // Numbers come before words.
      case (_?, nil): return true
      case (nil, _?): return false
      case (nil, nil): return left.utf8.lexicographicallyPrecedes(right.utf8)
      }
    }
    return own.count < others.count
  }

  /// What follows the hyphen, in its parts; empty for a release.
  private var prerelease: [Substring] {
    let plain = description.prefix { $0 != "+" }
    guard let hyphen = plain.firstIndex(of: "-") else { return [] }
    return plain[plain.index(after: hyphen)...].split(separator: ".")
  }
}
