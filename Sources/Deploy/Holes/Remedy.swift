/// What closes holes.
public struct Remedy: Equatable, Sendable, CustomStringConvertible {
  /// The command that installs versions without them; nil if none does.
  public let command: String?
  /// Everything that is to be done, in words.
  public let description: String

  /// The same as the beginning of a sentence.
  public var sentence: String { description.capitalizedFirst }

  /// What closes all of these.
  public init(_ found: [FoundHole], in inventory: Inventory) {
    var own: [String] = []
    var parts: [String] = []
    let manager = inventory.manager ?? .npm
    for name in found.map(\.package.name).uniqued() {
      let holes = found.filter { $0.package.name == name }
      guard let fix = holes.map(\.fix).reduce(holes.first?.fix, { $0?.precedes($1) == true ? $1 : $0 }) else {
        continue
      }
      if name == InstalledPackage.node {
        // One that is merely there is not taken in place of another that fits what the app asks for.
        parts.append("update the server's Node to \(fix) or later, or have the app ask for that, as in .nvmrc")
      } else if holes.contains(where: \.package.isOwn) {
        own.append("\(name)@\(fix)")
      } else {
        parts.append("update what brings \(name) until that is \(fix) ('\(manager.reason(name))' names it)")
      }
    }
    command = own.isEmpty ? nil : manager.adding(own)
    if let command {
      let place = inventory.root.isTop ? "" : " in \(inventory.root)"
      let instead = Self.sharp(instead: found).map {
        " (or '\(manager.adding(["sharp@\($0)"]))', to stay with this Next.js)"
      }
      parts.insert("run '\(command)'\(place)\(instead ?? "")", at: 0)
    }
    description = parts.joined(separator: "; ")
  }

  /// The sharp with which what lets strangers run code is closed too, where Next.js's own line got no fix.
  private static func sharp(instead found: [FoundHole]) -> Version? {
    var sharp: Version?
    for hole in found where hole.isRemoteCode {
      guard case .sharp(let below?) = hole.hole.need, let version = Version(hole.package.version),
        hole.fix.major != version.major
      else { return nil }
      sharp = sharp.map { $0.precedes(below) ? below : $0 } ?? below
    }
    return sharp
  }
}
