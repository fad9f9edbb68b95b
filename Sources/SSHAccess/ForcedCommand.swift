public import Deploy

/// The command that sshd runs for a key, whatever the client asked for.
///
/// sshd passes it to the user's login shell, so each word is either plain to a shell or in single quotes. A word that
/// fits neither is refused.
public struct ForcedCommand: Equatable, Sendable, CustomStringConvertible {
  /// The command as it stands in authorized_keys, with single quotes around words that need them.
  public let description: String

  /// - Parameter root: nextdeploy's root directory, if it is not the usual one; sshd passes no environment on.
  public init(binary: String, key: KeyName, root: String?) throws(Failure) {
    var words = [binary, "shell", "--key", key.description]
    if let root { words += ["--root", root] }
    var quoted: [String] = []
    for word in words { quoted.append(try Self.quote(word)) }
    description = quoted.joined(separator: " ")
  }

  private static func quote(_ word: String) throws(Failure) -> String {
    if word.isPlain(and: "/.-@+:,") { return word }
    guard word.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && !"'\"\\".utf8.contains($0) }) else {
      throw Failure(
        "adding the key", "the path \(word.quoted) has quotes, backslashes or control characters in it",
        next: "Move it to a path without them: it must stand in a line of authorized_keys.")
    }
    return "'\(word)'"
  }
}
