extension UInt8 {
  /// A letter, digit or underscore.
  public var isWordPart: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension String {
  /// Whether it has only letters, digits and these characters, so that nothing in it is special to YAML or a shell in
  /// quotes, or to GitHub, which looks for `${{`.
  public func isPlain(and others: String) -> Bool {
    !isEmpty && utf8.allSatisfy { $0.isWordPart || others.utf8.contains($0) }
  }
}
