@testable import Adapters
import Posix
import TestKit

/// A tar archive, written by hand so that it can hold what no program would write.
struct SampleArchive {
  private(set) var bytes: [UInt8] = []

  /// Adds an entry.
  func with(
    _ name: String, _ kind: Character = "0", _ content: String = "", target: String = "", mode: String = "0000644"
  ) -> SampleArchive {
    var archive = self
    let content = Array(content.utf8)
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      header.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
    }
    put(name, at: 0)
    put(mode, at: 100)
    let size = String(content.count, radix: 8)
    put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
    put("        ", at: 148)
    put(String(kind), at: 156)
    put(target, at: 157)
    put("ustar\u{0}00", at: 257)
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
    let padding = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    archive.bytes += header + content + padding
    return archive
  }

  /// Adds the end, without which an archive counts as cut off.
  var ended: [UInt8] { bytes + [UInt8](repeating: 0, count: 1_024) }

  /// An archive of a Node that is a shell script.
  static func node(_ version: String, says: String? = nil) -> SampleArchive {
    let top = top(version)
    return SampleArchive().with("\(top)/", "5", mode: "0000755")
      .with("\(top)/bin/node", "0", "#!/bin/sh\necho v\(says ?? version)\n", mode: "0000755")
      .with("\(top)/lib/npm.js", "0", "npm").with("\(top)/bin/npm", "2", target: "../lib/npm.js")
  }

  static func top(_ version: String) -> String { "node-v\(version)-\(platform)" }

  #if arch(arm64)
    static let platform = "linux-arm64"
  #else
    static let platform = "linux-x64"
  #endif
}
