@testable import Deploy

/// A directory in which something was built.
struct Built: BuiltFiles {
  let files: [String: String]
  var directory = "/home/me/shop"

  func text(_ path: String) -> String? { files[path] }
  func exists(_ path: String) -> Bool { files[path] != nil || files.keys.contains { $0.hasPrefix("\(path)/") } }
  func followed(_ path: String) -> String? { exists(path) ? path : nil }
  func list(_ path: String) -> [String] {
    let prefix = path.isEmpty ? "" : "\(path)/"
    return Set(files.keys.filter { $0.hasPrefix(prefix) }.compactMap { $0.dropFirst(prefix.count).pathParts }).sorted()
  }
}

extension Substring {
  fileprivate var pathParts: String? { split(separator: "/").first.map(String.init) }
}
