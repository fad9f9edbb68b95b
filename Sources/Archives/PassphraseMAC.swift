import CNettle

/// HMAC-SHA-256 (RFC 2104) with a key that comes from a passphrase by PBKDF2 (RFC 8018): tells whether bytes are those
/// that somebody wrote who knows it.
public struct PassphraseMAC: Sendable {
  private var state = hmac_sha256_ctx()
  /// Tells a wrong passphrase at once; what it reveals of the key is nothing.
  public let check: [UInt8]

  /// How many bytes the sum has.
  public static let length = 32

  /// - Parameters:
  ///   - salt: random, and known to whoever checks.
  ///   - iterations: how often the passphrase is hashed, which is what each guess takes.
  public init(_ passphrase: [UInt8], salt: [UInt8], iterations: Int) {
    // The first half is the key, the second one the check.
    var derived = [UInt8](repeating: 0, count: 64)
    unsafe nettle_pbkdf2_hmac_sha256(
      passphrase.count, passphrase, UInt32(iterations), salt.count, salt, derived.count, &derived)
    unsafe nettle_hmac_sha256_set_key(&state, 32, Array(derived[..<32]))
    check = Array(derived[32..<48])
  }

  /// Takes the next bytes.
  public mutating func add(_ bytes: [UInt8]) { unsafe nettle_hmac_sha256_update(&state, bytes.count, bytes) }

  /// The sum; what is added afterwards begins anew.
  public mutating func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.length)
    unsafe nettle_hmac_sha256_digest(&state, digest.count, &digest)
    return digest
  }

  /// Whether two sums are the same, in the same time wherever they differ.
  public static func isSame(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    first.count == second.count && zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
