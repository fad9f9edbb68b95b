public import Deploy

/// An OpenSSH public key, read from a line "TYPE BASE64 [COMMENT]" (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
///
/// The comment is dropped. Options before the key are refused, because they would extend what the key may do.
public struct PublicKey: Hashable, Sendable {
  /// The key's type, such as "ssh-ed25519".
  public let type: String
  /// The key itself in base64, as it was given.
  public let base64: String

  /// Reads the content of a .pub file, which may end with one line break; throws if it is not a single valid public
  /// key.
  public init(_ text: String) throws(Failure) {
    var bytes = Array(text.utf8)[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    try Self.refuseOtherFiles(String(decoding: bytes.prefix(200), as: UTF8.self))
    guard !bytes.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
      throw Self.refusal(
        "it has several lines", next: "Give one key, which is one line; add each by a name of its own.")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") }) else {
      throw Self.refusal("there are control characters in it", next: Self.giveThePublicFile)
    }
    guard bytes.count <= 16_384 else {
      throw Self.refusal("it is \(bytes.count) bytes long; no key is", next: Self.giveThePublicFile)
    }
    let words = bytes.split(maxSplits: 2) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      .map { String(decoding: $0, as: UTF8.self) }
    guard let type = words.first else { throw Self.refusal("it is empty", next: Self.giveThePublicFile) }
    guard let shape = Self.shapes[type] else { throw Self.unknown(type, words) }
    guard words.count > 1 else {
      throw Self.refusal("nothing stands after \(type.quoted)", next: Self.giveThePublicFile)
    }
    guard let blob = Base64.decode(words[1].utf8) else {
      throw Self.refusal("what stands after \(type) is not base64: it is cut or damaged", next: Self.giveThePublicFile)
    }
    try shape.check(blob, type)
    self.type = type
    base64 = words[1]
  }

  // MARK: Refusals

  private static let giveThePublicFile = "Give the .pub file as ssh-keygen wrote it, or its one line."

  static func refusal(_ cause: String, next: String) -> Failure {
    Failure(.usage, "reading the public key", cause, next: next)
  }

  private static func refuseOtherFiles(_ begin: String) throws(Failure) {
    if begin.contains("PRIVATE KEY-----") || begin.hasPrefix("PuTTY-User-Key-File") {
      throw refusal(
        "it is a private key, which must never leave its owner's machine",
        next: "Give the .pub file beside it. If others may have seen the private key by now, make a new pair.")
    }
    if begin.hasPrefix("---- BEGIN SSH2 PUBLIC KEY") {
      throw refusal(
        "it is in the form of RFC 4716, not OpenSSH's", next: "Convert it first with 'ssh-keygen -i -f FILE'.")
    }
  }

  private static func unknown(_ first: String, _ words: [String]) -> Failure {
    let types = shapes.keys.sorted()
    if first == "ssh-dss" {
      return refusal(
        "OpenSSH takes no DSA keys any more", next: "Make another one with 'ssh-keygen -t ed25519'.")
    }
    let rest = words.dropFirst().joined(separator: " ").split(separator: " ").map(String.init)
    if first.contains("=") || first.contains(",") || rest.contains(where: types.contains) {
      return refusal(
        "\(first.quoted) stands in front of it, and options are not taken from outside",
        next: "Give the line from the key's type on, as in 'ssh-ed25519 AAAA…'; use --app to bind the key to apps.")
    }
    return refusal(
      "\(first.quoted) is not a known type of key",
      next: "These are: \(types.joined(separator: ", ")). 'ssh-keygen -t ed25519' makes one.")
  }
}
