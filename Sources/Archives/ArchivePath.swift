import Posix

/// Which paths of an archive are names below the release, and which links stay in it.
enum ArchivePath {
  /// The longest path: the kernel takes 4,095 bytes, and where the release lies is part of that for a program.
  static let longest = 3_800
  /// The longest name that file systems take.
  static let longestName = 255

  /// An entry's path below the release; the top for "./".
  static func checked(_ name: [UInt8], depth: Int) throws(ArchiveError) -> PathBelow {
    if name.isEmpty { throw ArchiveError(.refused, "it has no name") }
    if let problem = problem(name) { throw ArchiveError(.refused, "its name has \(problem)") }
    if name.first == slash {
      throw ArchiveError(.refused, "its path is absolute; only what is below the release is taken")
    }
    let parts = parts(name)
    if parts.contains(up) {
      throw ArchiveError(.refused, "its path has '..' in it, which could lead out of the release")
    }
    if parts.count > depth {
      throw ArchiveError(over: .depth, depth, "its path has \(parts.count) names")
    }
    if parts.contains(where: { $0.count > longestName }) {
      throw ArchiveError(.refused, "a name in its path is longer than \(longestName) bytes")
    }
    if name.count > longest { throw ArchiveError(.refused, "its path is longer than \(longest) bytes") }
    if parts.isEmpty { return .top }
    guard let path = PathBelow(Array(parts.joined(separator: [slash]))) else {
      throw ArchiveError(.refused, "its path is none")
    }
    return path
  }

  /// Where a symlink in a directory points, as steps down from the release's top; throws if it leads out.
  ///
  /// - Returns: the names after which the target goes up again. Each must be a directory now, and then is one for good:
  ///   nothing is replaced. Without such, no link that stays in the release by its text can leave it through another one:
  ///   what goes up first goes up from where the link really is, and all else goes down.
  static func climbs(of target: [UInt8], in directory: PathBelow) throws(ArchiveError) -> [PathBelow] {
    if target.isEmpty { throw ArchiveError(.refused, "it is a link to nothing") }
    if let problem = problem(target) { throw ArchiveError(.refused, "it is a link, whose target has \(problem)") }
    if target.first == slash {
      throw ArchiveError(.refused, "it is a link to the absolute path '\(ArchiveError.shown(target))'")
    }
    if target.count > longest { throw longTarget }
    var place = directory.parts
    var climbs: [PathBelow] = []
    var hasGoneDown = false
    for part in parts(target) {
      guard part == up else {
        guard part.count <= longestName, let name = PathBelow(name: part) else {
          throw ArchiveError(.refused, "it is a link to what is no path")
        }
        place.append(name)
        hasGoneDown = true
        continue
      }
      if place.isEmpty {
        throw ArchiveError(.refused, "it is a link to '\(ArchiveError.shown(target))', which is outside of the release")
      }
      if hasGoneDown { climbs.append(place.reduce(.top) { $0.appending($1) }) }
      if let climb = climbs.last, climb.bytes.count > longest { throw longTarget }
      place.removeLast()
    }
    return climbs
  }

  static var longTarget: ArchiveError { ArchiveError(.refused, "it is a link to a path of more than \(longest) bytes") }

  static func notDirectory(_ climb: PathBelow, in target: [UInt8]) -> ArchiveError {
    let target = ArchiveError.shown(target)
    return ArchiveError(
      .refused, "it is a link to '\(target)', which goes up again after '\(climb)', and that is no directory")
  }

  /// The names in a path, without those that mean nothing ("." and the empty one).
  private static func parts(_ path: [UInt8]) -> [ArraySlice<UInt8>] {
    path.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
  }

  /// What no name may have, in words.
  static func problem(_ name: [UInt8]) -> String? {
    // What nearly all names are.
    if name.allSatisfy({ (0x20..<0x7f).contains($0) }) { return nil }
    guard let text = String(validating: name, as: UTF8.self) else { return "bytes that are no UTF-8" }
    if name.contains(0) { return "a NUL byte" }
    return text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "control characters" : nil
  }

  private static let slash = UInt8(ascii: "/")
  private static let up = ArraySlice("..".utf8)
}
