/// Where runtimes come from that the server does not have, and whether a push may have them brought.
public struct RuntimeSettings: Equatable, Codable, Sendable {
  /// Where Node comes from, a copy of nodejs.org/dist; nil for that itself.
  public var mirror: Mirror?
  /// Where Bun comes from, a copy of its releases at GitHub; nil for these themselves.
  public var bunMirror: Mirror?
  /// Whether pushes may not have any brought; nil if they may.
  public var isManual: Bool?

  /// Makes settings of which none is set.
  public init() {}

  /// The mirror of a runtime.
  public func mirror(of runtime: Runtime) -> Mirror {
    switch runtime {
    case .node: mirror ?? .node
    case .bun: bunMirror ?? .bun
    }
  }
}

/// The address of a directory of files on the web. It is reached by HTTPS, or by HTTP on this machine's loopback.
public struct Mirror: CheckedText {
  /// The address, without a slash at its end.
  public let description: String

  /// Reads an address; throws a failure of kind `usage` for anything else.
  public init(_ text: String) throws(Failure) {
    let rest = text.split(separator: "://", maxSplits: 1)
    let host = rest.count == 2 ? rest[1].prefix { $0 != "/" } : ""
    // A password in it would be seen among the arguments of curl.
    guard !host.isEmpty, text.utf8.count <= 500,
      text.utf8.allSatisfy({ $0.isLetterOrDigit || "-._~:/[]%+".utf8.contains($0) })
    else { throw Self.refusal(text, "no address of a directory on the web") }
    let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
    guard rest[0] == "https" || rest[0] == "http" && ["127.0.0.1", "localhost", "[::1]"].contains(name) else {
      throw Self.refusal(text, "not https, and not on this machine")
    }
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    description = text
  }

  private static func refusal(_ text: String, _ cause: String) -> Failure {
    Failure(
      .usage, "reading a mirror's address", "\(text.quoted) is \(cause)", next: "Give one such as \(Mirror.node).")
  }

  private init(official: String) { description = official }

  /// Node's own.
  public static let node = Mirror(official: "https://nodejs.org/dist")
  /// Bun's own.
  public static let bun = Mirror(official: "https://github.com/oven-sh/bun/releases")

  /// Whether it is reached by HTTPS.
  public var isSecure: Bool { description.hasPrefix("https:") }
}
