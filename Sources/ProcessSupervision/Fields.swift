import Posix

/// Named values in a file: `name=value`, each ended by a NUL, which no value can contain.
///
/// JSON would work too, but its decoder would double a supervisor's memory.
struct Fields {
  private var pairs: [(name: Substring, value: String)] = []

  init() {}

  /// Nil if there is no file, or it is empty.
  init?(reading path: String) throws(SystemError) {
    // A power loss can leave it empty.
    guard let text = try Files.text(path), !text.isEmpty else { return nil }
    pairs = Self.pairs(text)
  }

  static func pairs(_ text: String) -> [(name: Substring, value: String)] {
    text.utf8.split(separator: 0).map { pair($0) }
  }

  /// Splits by bytes: for Swift, '=' and a following combining mark are one character.
  static func pair(_ text: some Collection<UInt8>) -> (name: Substring, value: String) {
    let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    return (parts[0][...], parts.count > 1 ? parts[1] : "")
  }

  func values(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  subscript(name: String) -> String? {
    get { values(name).first }
    set { if let newValue { add(name, newValue) } }
  }

  mutating func add(_ name: String, _ value: String) { pairs.append((Substring(name), value)) }

  func write(to path: String, durable: Bool) throws(SystemError) {
    let text = pairs.map { "\($0.name)=\($0.value)\0" }.joined()
    try Files.write(text, to: path, mode: 0o600, durable: durable)
  }
}
