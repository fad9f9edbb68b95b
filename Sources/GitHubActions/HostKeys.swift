public import SSHAccess
import Deploy

/// The keys by which a server proves its identity.
public struct HostKeys: Equatable, Sendable {
  /// The server's public keys, at least one and none twice.
  public let keys: [PublicKey]

  /// Removes duplicates; nil if there are no keys.
  public init?(_ keys: [PublicKey]) {
    if keys.isEmpty { return nil }
    self.keys = keys.uniqued()
  }

  /// Reads the lines of known_hosts that are about one server (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), ignoring their
  /// host patterns; nil if there is no valid key.
  public init?(knownHosts text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: " ").map(String.init) }
    // A marker at the beginning says that a key is revoked, or that it signs others.
    let revoked = Set(lines.filter { $0.first == "@revoked" }.compactMap { Self.key($0.dropFirst()) })
    let keys = lines.filter { $0.first?.hasPrefix("@") == false && $0.first?.hasPrefix("#") == false }
      .compactMap { Self.key($0[...]) }
    self.init(keys.filter { !revoked.contains($0) })
  }

  private static func key(_ words: ArraySlice<String>) -> PublicKey? {
    let words = words.dropFirst().prefix(2)
    return words.count == 2 ? try? PublicKey(words.joined(separator: " ")) : nil
  }

  /// The server's name as known_hosts spells it.
  public static func pattern(_ host: String, port: UInt16) -> String { port == 22 ? host : "[\(host)]:\(port)" }

  /// The lines of known_hosts for a server.
  func lines(for remote: Remote) -> [String] {
    keys.map { "\(Self.pattern(remote.host.description, port: remote.port)) \($0.type) \($0.base64)" }
  }
}
