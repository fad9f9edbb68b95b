/// What a site's `_redirects` and `_headers` say, as far as Netlify and Cloudflare Pages agree on it.
///
/// Both come from a build, which may be anybody's: a line becomes values that hold only what is known, or a warning.
struct SiteRules {
  private(set) var redirects: [RedirectRule] = []
  private(set) var headers: [HeaderRule] = []
  private(set) var warnings: [String] = []
  private var isFull = false

  /// The most bytes of a file and of a line, and the most rules of each kind.
  private static let (fileLimit, lineLimit, redirectLimit, headerLimit) = (100 << 10, 2_000, 2_000, 100)
  /// The most redirects for more than one path: each costs a look at the whole address.
  private static let patternLimit = 100
  /// How many lines are named that are not honoured.
  private static let told = 10

  init(redirects: String?, headers: String?) {
    let refused = Self.read(redirects, StaticSite.redirectsFile) { try addRedirect($0) }
    var path: PathPattern?
    var fields: [HeaderRule.Field] = []
    let unknown = Self.read(headers, StaticSite.headersFile) { line in
      // Services look at what a line holds, not at what it is indented by.
      if Self.isPath(line) {
        end(path, &fields)
        path = nil
        path = try Self.headerPath(line)
        return
      }
      guard path != nil else { throw Refusal("it belongs to no path") }
      let field = try Self.field(line)
      if let same = fields.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() }) {
        fields[same] = .init(name: field.name, value: "\(fields[same].value), \(field.value)")
      } else {
        fields.append(field)
      }
    }
    end(path, &fields)
    warnings = refused + unknown + warnings
  }

  private struct Refusal: Error {
    let cause: String
    init(_ cause: String) { self.cause = cause }
  }

  /// Hands over each line, and returns what to say of those that are refused.
  private static func read(_ text: String?, _ file: String, _ add: (Substring) throws -> Void) -> [String] {
    guard let text else { return [] }
    guard text.utf8.count <= Self.fileLimit else {
      return ["\(file) is not used: it has more than \(Self.fileLimit >> 10) KB."]
    }
    var warnings: [String] = []
    var refused = 0
    let lines = text.withoutByteOrderMark.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (number, line) in lines.enumerated() {
      guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
      do {
        guard line.utf8.count <= Self.lineLimit else { throw Refusal("it has more than \(Self.lineLimit) bytes") }
        try add(line)
      } catch {
        refused += 1
        let cause = (error as? Refusal)?.cause ?? "\(error)"
        if refused <= Self.told {
          warnings.append("line \(number + 1) of \(file) is not used: \(cause) (\(String(line.prefix(80)).quoted)).")
        }
      }
    }
    if refused > Self.told { warnings.append("\(refused - Self.told) more lines of \(file) are not used.") }
    return warnings
  }

  /// A "#" begins a comment where it begins a word; in an address it is a part of that.
  private static func withoutComment(_ line: Substring) -> Substring {
    var before: Character = " "
    for index in line.indices {
      if line[index] == "#", before.isWhitespace { return line[..<index] }
      before = line[index]
    }
    return line
  }

  // MARK: _redirects

  private mutating func addRedirect(_ line: Substring) throws(Refusal) {
    let words = Self.withoutComment(line).split(whereSeparator: \.isWhitespace).map(String.init)
    guard (2...3).contains(words.count) else {
      throw Refusal("it is not a path, where it leads, and a status: conditions and parameters are not known")
    }
    guard let from = PathPattern(words[0]) else {
      throw Refusal("it is for no path of the site, with ':name' for a part and '*' for the rest")
    }
    let isForced = words.count == 3 && words[2].hasSuffix("!")
    let code = words.count == 3 ? (isForced ? String(words[2].dropLast()) : words[2]) : "302"
    guard let status = Int(code), [200, 301, 302, 303, 307, 308].contains(status) else {
      throw Refusal("its status is none of 200, 301, 302, 303, 307 and 308")
    }
    guard let to = Self.target(words[1], from), status != 200 || to.hasPrefix("/") && !to.contains("?") else {
      throw Refusal(
        status == 200
          ? "what is answered with 200 must be a path of the site"
          : "it leads to no path of the site and no web address")
    }
    if redirects.contains(where: { $0.from.isLike(from) }) { throw Refusal("a line before it is for the same path") }
    if Self.leadsBack(to, from) { throw Refusal("it leads to itself") }
    if redirects.count == Self.redirectLimit { throw Refusal("there are more than \(Self.redirectLimit)") }
    if !from.names.isEmpty, redirects.count(where: { !$0.from.names.isEmpty }) == Self.patternLimit {
      throw Refusal("there are more than \(Self.patternLimit) with ':name' or '*'")
    }
    redirects.append(RedirectRule(from: from, to: to, status: status, isForced: isForced))
  }

  /// A path of the site, or an address of the web; nil if it is neither.
  private static func target(_ text: String, _ from: PathPattern) -> String? {
    var rest = text[...]
    var start = ""
    if let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) {
      let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
      // What a visitor asks for must not choose the site.
      let parts = host.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2, String(parts[0]).isPlain(and: "-."), parts.count == 1 || UInt16(parts[1]) != nil else {
        return nil
      }
      start = scheme + host
      rest = text.dropFirst(start.utf8.count)
    } else if !text.hasPrefix("/") || text.hasPrefix("//") {
      return nil
    }
    var encoded = start
    for (place, part) in rest.split(separator: "/", omittingEmptySubsequences: false).enumerated() {
      if place > 0 { encoded += "/" }
      for (place, piece) in part.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).enumerated() {
        if place > 0 { encoded += "?" }
        for (place, piece) in piece.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).enumerated() {
          if place > 0 { encoded += "#" }
          guard let text = SiteText.path(String(piece)) else { return nil }
          encoded += text
        }
      }
    }
    // "/:splat" alone would let whoever asks begin it with another slash; the pattern takes those away.
    return encoded
  }

  /// Whether who is sent there would be sent there again, whatever they ask for beside the path.
  private static func leadsBack(_ target: String, _ from: PathPattern) -> Bool {
    var path = String(target.prefix { !"?#".contains($0) })
    let splat = "/:\(PathPattern.splat)"
    for end in [splat, "\(splat)/"] where path.hasSuffix(end) { path = "\(path.dropLast(end.utf8.count))/*" }
    return PathPattern(path)?.isLike(from) ?? false
  }

  // MARK: _headers

  /// Whether a line says for which paths the next ones are; if not, it is a header. A word alone is taken for a path that
  /// lacks its slash, so that the path before does not get its headers.
  private static func isPath(_ line: Substring) -> Bool {
    let text = line.drop(while: \.isWhitespace).lowercased()
    return text.first == "/" || text.hasPrefix("http://") || text.hasPrefix("https://")
      || line.first?.isWhitespace == false && !text.contains(":")
  }

  private mutating func end(_ path: PathPattern?, _ fields: inout [HeaderRule.Field]) {
    if let path, !fields.isEmpty {
      if headers.count < Self.headerLimit {
        headers.append(HeaderRule(path: path, fields: fields))
      } else if !isFull {
        isFull = true
        warnings.append(
          "\(path) of \(StaticSite.headersFile) and what follows is not used: there are more than \(Self.headerLimit) paths."
        )
      }
    }
    fields = []
  }

  private static func headerPath(_ line: Substring) throws(Refusal) -> PathPattern {
    let words = withoutComment(line).split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let path = PathPattern(String(words[0]), isOpen: true) else {
      throw Refusal("it is no path of the site, with ':name' for a part and one '*' for anything")
    }
    return path
  }

  private static func field(_ line: Substring) throws(Refusal) -> HeaderRule.Field {
    guard let colon = line.firstIndex(of: ":") else { throw Refusal("it is no header, as in 'Name: value'") }
    let name = trimmed(line[..<colon])
    let value = trimmed(line[line.index(after: colon)...])
    guard !name.isEmpty, name.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }) else {
      throw Refusal("its name is no header's")
    }
    guard !reserved.contains(name.lowercased()), !name.lowercased().hasPrefix("x-nextdeploy-") else {
      throw Refusal("what \(name) says is for Caddy to say")
    }
    guard !value.isEmpty, SiteText.isPlainValue(value) else {
      throw Refusal("its value may hold printable ASCII only, and none of `, { and }")
    }
    return HeaderRule.Field(name: name, value: value)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// Headers about the connection and the file, which Caddy knows.
  private static let reserved: Set = [
    "accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding", "content-length", "content-range",
    "date", "defer", "etag", "keep-alive", "last-modified", "location", "proxy-authenticate", "server", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]
}
