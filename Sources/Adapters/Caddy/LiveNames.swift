import Deploy
import Posix

/// Where an app's requests go: the first name in a directory that Caddy reads for each request.
///
/// A switch is a single rename: each new name sorts before all existing ones, which stay for a while for requests that
/// have just seen them. If a name were replaced, a request could see it listed and then find it gone.
struct LiveNames {
  let directory: String

  /// - Parameter sites: the directory of the apps' site files.
  init(of app: AppName, below sites: String) { directory = "\(Self.directory(below: sites))/\(app)" }

  /// The directory with the names of all apps.
  static func directory(below sites: String) -> String { "\(sites)/live" }

  /// The content of one name.
  struct Name: Equatable {
    let number: UInt64
    let destination: Destination
    /// How the files are served to which requests go (``StaticSite``'s key); nil if they go to an instance.
    var site: String?
    /// A secret with which a request can ask Caddy what answers; each switch has a new one.
    let mark: String
  }

  /// Where requests go now; nil if there is nothing that Caddy could use.
  func first() throws -> Name? { try Files.list(directory).first.flatMap { Name($0) } }

  /// Sends requests to an instance, or to files that are served in this way, from now on.
  ///
  /// - Parameter prepare: is given the name's mark before any request can see it.
  func add(
    _ destination: Destination, as site: String? = nil, _ prepare: (String) throws -> Void = { _ in }
  ) throws -> Name {
    for path in [Files.parent(directory), directory] {
      try Files.makeDirectory(path)
      // Caddy runs as another user, whatever this process's umask is.
      try Files.setMode(path, 0o755)
    }
    let there = try Files.list(directory)
    let number = there.lazy.compactMap { Name($0)?.number }.min() ?? Name.end
    let name = Name(number: number - 1, destination: destination, site: site, mark: Self.mark())
    try prepare(name.mark)
    // It is complete before it gets its name. If a power loss takes some of it, recovery writes it again.
    try Files.write("", to: "\(directory).made", durable: false)
    try Files.rename("\(directory).made", to: "\(directory)/\(name)")
    // No other name may sort before it.
    for other in there where Name(other) == nil { try Files.remove("\(directory)/\(other)") }
    return name
  }

  /// Undoes a switch: requests go where they went before.
  func remove(_ name: Name) throws { try Files.remove("\(directory)/\(name)") }

  /// Removes the names that no request can still be using, and returns the marks of the others.
  @discardableResult func removeOld() throws -> [String] {
    let names = try Files.list(directory)
    for old in names.dropFirst(Self.kept) { try Files.remove("\(directory)/\(old)") }
    return names.prefix(Self.kept).compactMap { Name($0)?.mark }
  }

  func removeAll() throws { try Files.remove(directory) }

  /// A request needs only microseconds between listing the names and reading the first; it may miss this many switches.
  private static let kept = 4

  static func mark() -> String { String((0..<32).map { _ in "0123456789abcdef".randomElement() ?? "0" }) }
}

extension LiveNames.Name: CustomStringConvertible {
  /// Numbers count down from here, all with as many digits as the first.
  static let end: UInt64 = 10_000_000_000

  /// Reads a name such as "9999999999-127.0.0.1:3001-MARK" or "9999999999-files:20261123-154512:KEY-MARK".
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, let mark = parts.last, parts[0].utf8.count == 10, parts[0].utf8.allSatisfy(\.isDigit),
      let number = UInt64(parts[0]), number > 0, !mark.isEmpty, mark.utf8.allSatisfy(\.isLowercaseHexDigit)
    else { return nil }
    var place = parts.dropFirst().dropLast().joined(separator: "-")
    var site: String?
    if place.hasPrefix("files:"), let colon = place.lastIndex(of: ":") {
      site = String(place[place.index(after: colon)...])
      guard site?.isEmpty == false, site?.utf8.allSatisfy(\.isLowercaseHexDigit) == true else { return nil }
      place = String(place[..<colon])
    }
    guard let destination = Destination(place), place == "\(destination)" else { return nil }
    if case .files = destination, site == nil { return nil }
    self.init(number: number, destination: destination, site: site, mark: mark)
  }

  var description: String {
    let digits = String(number)
    let place = site.map { "\(destination):\($0)" } ?? "\(destination)"
    return "\(String(repeating: "0", count: max(0, 10 - digits.utf8.count)))\(digits)-\(place)-\(mark)"
  }
}
