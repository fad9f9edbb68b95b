import Deploy
import Posix

/// Where an app's requests go: the name that comes first in a directory, in which Caddy looks at each request.
///
/// A switch is one rename: each name that is made comes before all that were there, and those stay for a while, for a
/// request that saw them last. A name that were replaced would be listed and then be gone.
struct LiveNames {
  let directory: String

  /// - Parameter sites: the directory of the apps' site files.
  init(of app: AppName, below sites: String) { directory = "\(Self.directory(below: sites))/\(app)" }

  /// Where all apps' are.
  static func directory(below sites: String) -> String { "\(sites)/live" }

  /// What one name says.
  struct Name: Equatable {
    let number: UInt64
    let upstream: Upstream
    /// Whoever knows it may ask Caddy which instance answers. It is another one for each switch.
    let mark: String
  }

  /// Where requests go now; nil if Caddy finds nothing that it could use.
  func first() throws -> Name? { try Files.list(directory).first.flatMap { Name($0) } }

  /// Sends requests to an instance from now on.
  func add(_ upstream: Upstream) throws -> Name {
    for path in [Files.parent(directory), directory] {
      try Files.makeDirectory(path)
      // Caddy is another user, whatever this one's umask is.
      try Files.setMode(path, 0o755)
    }
    let there = try Files.list(directory)
    let number = there.lazy.compactMap { Name($0)?.number }.min() ?? Name.end
    let name = Name(number: number - 1, upstream: upstream, mark: Self.mark())
    // It is complete before it has its name. What a power loss takes of it recovery makes anew.
    try Files.write("", to: "\(directory).made", durable: false)
    try Files.rename("\(directory).made", to: "\(directory)/\(name)")
    // Nothing else may come before it.
    for other in there where Name(other) == nil { try Files.remove("\(directory)/\(other)") }
    return name
  }

  /// Takes a switch back: requests go where they went before.
  func remove(_ name: Name) throws { try Files.remove("\(directory)/\(name)") }

  /// Removes the names that no request can still be looking at.
  func removeOld() throws {
    for old in try Files.list(directory).dropFirst(Self.kept) { try Files.remove("\(directory)/\(old)") }
  }

  func removeAll() throws { try Files.remove(directory) }

  /// A request takes microseconds from its look at the names to its look at the first; so many switches it may miss.
  private static let kept = 4

  private static func mark() -> String { String((0..<32).map { _ in "0123456789abcdef".randomElement() ?? "0" }) }
}

extension LiveNames.Name: CustomStringConvertible {
  /// Numbers count down from here, with as many digits as the first has.
  static let end: UInt64 = 10_000_000_000

  /// In "9999999999-127.0.0.1:3001-MARK".
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts[0].utf8.count == 10, parts[0].utf8.allSatisfy(Self.isDigit),
      let number = UInt64(parts[0]), number > 0, let upstream = Upstream(parts[1]), parts[1] == "\(upstream)",
      !parts[2].isEmpty,
      parts[2].utf8.allSatisfy({ Self.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) })
    else { return nil }
    self.init(number: number, upstream: upstream, mark: parts[2])
  }

  var description: String {
    let digits = String(number)
    return "\(String(repeating: "0", count: max(0, 10 - digits.utf8.count)))\(digits)-\(upstream)-\(mark)"
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
