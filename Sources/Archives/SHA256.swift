import CNettle

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, by Nettle.
struct SHA256 {
  private var state = sha256_ctx()

  init() { unsafe nettle_sha256_init(&state) }

  mutating func add(_ bytes: some Collection<UInt8>) { add(Array(bytes)) }

  @unsafe mutating func add(_ bytes: UnsafeRawBufferPointer) {
    unsafe nettle_sha256_update(&state, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
  }

  mutating func add(_ bytes: [UInt8]) { unsafe nettle_sha256_update(&state, bytes.count, bytes) }

  /// The checksum in small hexadecimal digits; what is added afterwards begins anew.
  mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe nettle_sha256_digest(&state, digest.count, &digest)
    return digest.hexadecimal
  }
}

extension Archive {
  /// The SHA-256 checksum of bytes, in small hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String {
    var sum = SHA256()
    sum.add(bytes)
    return sum.finish()
  }
}

extension Sequence<UInt8> {
  /// The bytes in small hexadecimal digits, two for each.
  public var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
