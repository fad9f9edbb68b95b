// Kinds of characters. Only those of ASCII are any of these, whatever else Unicode calls a letter or a digit.

extension UInt8 {
  /// One of 0 to 9.
  public var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// One of a to z.
  public var isLowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

  /// One of A to Z.
  public var isUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

  /// A letter, small or capital.
  public var isLetter: Bool { isLowercase || isUppercase }

  /// A letter or digit.
  public var isLetterOrDigit: Bool { isLetter || isDigit }

  /// A digit or one of a to f.
  public var isLowercaseHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

  /// A digit or one of a to f, small or capital.
  public var isHexDigit: Bool { lowercased.isLowercaseHexDigit }

  /// A letter, digit or underscore.
  public var isWordPart: Bool { isLetterOrDigit || self == UInt8(ascii: "_") }

  /// The small letter for a capital one; anything else as it is.
  public var lowercased: UInt8 { isUppercase ? self | 0x20 : self }
}

extension Unicode.Scalar {
  /// A letter, digit or underscore.
  var isWordPart: Bool { UInt8(exactly: value)?.isWordPart ?? false }
}

extension Character {
  /// One of 0 to 9.
  var isDigit: Bool { asciiValue?.isDigit ?? false }

  /// A letter, digit or underscore.
  var isWordPart: Bool { asciiValue?.isWordPart ?? false }
}

extension String {
  /// Whether it has only letters, digits, underscores and these characters, so that nothing in it is special to YAML or
  /// a shell in quotes, or to GitHub, which looks for `${{`.
  public func isPlain(and others: String) -> Bool {
    !isEmpty && utf8.allSatisfy { $0.isWordPart || others.utf8.contains($0) }
  }
}
