/// A site of files that the proxy serves by itself, with no process of the app's.
///
/// It is all that the proxy must know of a release beside its files, so that one switch changes both.
public struct StaticSite: Equatable, Codable, Sendable {
  /// Where visitors find the top of the files: a path of the site.
  public var base: RelativePath
  /// The page, from the top of the files, that answers where there is none; nil for an answer of 404.
  public var fallback: RelativePath?
  /// Directories, from the top of the files, in which names change with their content.
  public var hashed: [RelativePath]
  /// Whether the scripts and styles at the top of the files have such names too.
  public var hasHashedScripts: Bool
  /// Names at the top of the files that no visitor gets.
  public var hidden: [String]
  /// Where visitors are sent who ask for what is not there, in this order.
  public var redirects: [RedirectRule]
  /// What answers say besides.
  public var headers: [HeaderRule]

  /// Describes a site, which by default has its files at "/" and no rules of its own.
  public init(
    base: RelativePath = .top, fallback: RelativePath? = nil, hashed: [RelativePath] = [],
    hasHashedScripts: Bool = false, hidden: [String] = [], redirects: [RedirectRule] = [], headers: [HeaderRule] = []
  ) {
    self.base = base
    self.fallback = fallback
    self.hashed = hashed
    self.hasHashedScripts = hasHashedScripts
    self.hidden = hidden
    self.redirects = redirects
    self.headers = headers
  }

  /// The files in which a site says how it is to be served; nobody is served them.
  public static let redirectsFile = "_redirects"
  /// The file with the headers of its answers.
  public static let headersFile = "_headers"

  /// Stands for how it is served: sites with the same key are served in the same way.
  public var key: String {
    // FNV-1a. Who makes two sites collide confuses only an app of their own.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in summary.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// All that the proxy is told of it.
  private var summary: String {
    ([base.description, fallback?.description ?? "", hashed.map(\.description).joined(separator: ":")]
      + [hasHashedScripts ? "hashed" : ""] + redirects.map { "\($0)" } + headers.map { "\($0)" })
      .joined(separator: "\n")
  }
}
