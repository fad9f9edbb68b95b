import Deploy

/// The content of the base64 part of a type of key: length-prefixed strings (RFC 4253, section 6.6; RFC 4251, section
/// 5), the first of which repeats the type.
struct KeyShape: Sendable {
  enum Field: Sendable {
    case bytes(Int)
    case text(String)
    case some
    /// A multiple-precision integer of at least this many bits.
    case integer(bits: Int)
  }

  let fields: [Field]

  /// - Throws: a failure if the blob is not a key of the type.
  func check(_ blob: [UInt8], _ type: String) throws(Failure) {
    guard let strings = Self.strings(blob), strings.first.map({ $0.elementsEqual(type.utf8) }) == true else {
      let inner = Self.strings(blob)?.first.map { String(decoding: $0, as: UTF8.self).quoted }
      throw PublicKey.refusal(
        "it says that it is \(type), but what follows is "
          + (inner.map { $0 == type.quoted ? "damaged" : "of type \($0)" } ?? "cut or damaged"),
        next: "Give the .pub file as ssh-keygen wrote it, or its one line.")
    }
    guard strings.count == fields.count + 1 else {
      throw PublicKey.refusal(
        "it has not the parts of an \(type) key: it is damaged",
        next: "Give the .pub file as ssh-keygen wrote it, or its one line.")
    }
    for (string, field) in zip(strings.dropFirst(), fields) { try Self.check(string, field, type) }
  }

  private static func check(_ string: ArraySlice<UInt8>, _ field: Field, _ type: String) throws(Failure) {
    let isRight =
      switch field {
      case .bytes(let count): string.count == count
      case .text(let text): string.elementsEqual(text.utf8)
      case .some: !string.isEmpty
      case .integer(let bits): bitCount(string) >= bits
      }
    if isRight { return }
    if case .integer(let bits) = field, bits > 1 {
      throw PublicKey.refusal(
        "it has \(bitCount(string)) bits, fewer than the \(bits) that are safe",
        next: "Make another one with 'ssh-keygen -t ed25519'.")
    }
    throw PublicKey.refusal(
      "a part of it is not that of an \(type) key: it is damaged",
      next: "Give the .pub file as ssh-keygen wrote it, or its one line.")
  }

  private static func bitCount(_ integer: ArraySlice<UInt8>) -> Int {
    let digits = integer.drop { $0 == 0 }
    guard let first = digits.first else { return 0 }
    return digits.count * 8 - first.leadingZeroBitCount
  }

  /// Splits the blob into strings; nil if it does not consist of complete ones.
  private static func strings(_ blob: [UInt8]) -> [ArraySlice<UInt8>]? {
    var rest = blob[...]
    var strings: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      guard rest.count >= 4 else { return nil }
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard length <= rest.count else { return nil }
      strings.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return strings
  }
}

extension PublicKey {
  /// The types that OpenSSH accepts.
  static let shapes: [String: KeyShape] = [
    "ssh-ed25519": KeyShape(fields: [.bytes(32)]),
    "ssh-rsa": KeyShape(fields: [.integer(bits: 1), .integer(bits: 2048)]),
    "ecdsa-sha2-nistp256": KeyShape(fields: [.text("nistp256"), .bytes(65)]),
    "ecdsa-sha2-nistp384": KeyShape(fields: [.text("nistp384"), .bytes(97)]),
    "ecdsa-sha2-nistp521": KeyShape(fields: [.text("nistp521"), .bytes(133)]),
    "sk-ssh-ed25519@openssh.com": KeyShape(fields: [.bytes(32), .some]),
    "sk-ecdsa-sha2-nistp256@openssh.com": KeyShape(fields: [.text("nistp256"), .bytes(65), .some]),
  ]
}
