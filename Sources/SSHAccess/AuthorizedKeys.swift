public import Deploy

/// The text of an authorized_keys file, in which lines that are not nextdeploy's are kept byte for byte.
public struct AuthorizedKeys: Equatable, Sendable {
  /// A line that nextdeploy wrote.
  public struct Entry: Equatable, Sendable {
    /// The name by which nextdeploy knows the key.
    public let name: KeyName
    /// Nil if the key in the line is damaged.
    public let key: PublicKey?
  }

  private var lines: [[UInt8]]

  /// Reads the content of a file; any bytes are accepted.
  public init(_ bytes: [UInt8]) {
    lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
  }

  /// The content to write back, each line ended by a line feed.
  public var bytes: [UInt8] { lines.flatMap { $0 + [UInt8(ascii: "\n")] } }

  /// The lines that nextdeploy wrote, in the file's order.
  public var entries: [Entry] { lines.compactMap(Self.entry) }

  /// Adds a line at the end.
  ///
  /// - Throws: a failure if the name is taken or the key is already there.
  public mutating func add(_ name: KeyName, _ key: PublicKey, running command: ForcedCommand) throws(Failure) {
    if entries.contains(where: { $0.name == name }) {
      throw Failure(
        "adding the key \(name)", "there is one of that name",
        next: "Choose another name, or remove it first with 'nextdeploy key remove \(name)'.")
    }
    for (index, line) in lines.enumerated() where Self.holds(line, key) {
      if let other = Self.entry(line) {
        throw Failure(
          "adding the key \(name)", "the same key is there as \(other.name)",
          next: "Use that one, or remove it first with 'nextdeploy key remove \(other.name)'.")
      }
      throw Failure(
        "adding the key \(name)",
        "line \(index + 1) of authorized_keys, which is not nextdeploy's, has the same key: sshd would take that one",
        next: "Remove that line, or make another key with 'ssh-keygen -t ed25519'.")
    }
    lines.append(Array("\(Self.options)\(command)\" \(key.type) \(key.base64) \(Self.mark)\(name)".utf8))
  }

  /// Removes the lines with a name; false if there are none.
  public mutating func remove(_ name: KeyName) -> Bool {
    let count = lines.count
    lines.removeAll { Self.entry($0)?.name == name }
    return lines.count < count
  }

  /// `restrict` forbids everything that sshd offers besides the command: terminals, forwarding, agents, ~/.ssh/rc.
  private static let options = "restrict,command=\""
  private static let mark = "nextdeploy:"

  private static func words(_ line: [UInt8]) -> [String] {
    line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func entry(_ line: [UInt8]) -> Entry? {
    let words = words(line)
    guard line.starts(with: options.utf8), let last = words.last, last.hasPrefix(mark),
      let name = try? KeyName(String(last.dropFirst(mark.count)))
    else { return nil }
    return Entry(name: name, key: try? PublicKey(words.suffix(3).dropLast().joined(separator: " ")))
  }

  private static func holds(_ line: [UInt8], _ key: PublicKey) -> Bool {
    line.first != UInt8(ascii: "#") && words(line).contains(key.base64)
  }
}
