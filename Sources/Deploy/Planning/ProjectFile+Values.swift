// What a setting of nextdeploy.json may say.
extension ProjectFile {
  static func path(_ text: String, _ key: String) throws(Failure) -> RelativePath {
    if text == "." || text == "./" { return .top }
    guard let path = RelativePath(text) else {
      throw failure("\"\(key)\": \(text.quoted) is not a path inside the app")
    }
    return path
  }

  static func base(_ text: String) throws(Failure) -> RelativePath {
    guard text.hasPrefix("/"), let path = RelativePath(text.pathParts.joined(separator: "/")), path.isAddress else {
      throw failure("\"base\": \(text.quoted) is not a path that begins with '/', of plain characters")
    }
    return path
  }

  static func urlPath(_ text: String) throws(Failure) -> String {
    guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw failure("\"health.path\": \(text.quoted) is not a path that begins with '/'")
    }
    return text
  }

  static func statuses(_ text: String) throws(Failure) -> ClosedRange<Int> {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      100 <= first, first <= last, last <= 599
    else { throw failure("\"health.status\": \(text.quoted) is not a status or a range such as \"200-399\"") }
    return first...last
  }
}
