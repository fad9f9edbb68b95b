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
        parts.append("install Node \(fix) or later on the server")
      } else if holes.contains(where: \.package.isOwn) {
        own.append("\(name)@\(fix)")
      } else {
        parts.append("update what brings \(name) until that is \(fix) ('\(manager.reason(name))' names it)")
      }
    }
    command = own.isEmpty ? nil : manager.adding(own)
    if let command {
      let place = inventory.root.isTop ? "" : " in \(inventory.root)"
      parts.insert("run '\(command)'\(place)", at: 0)
    }
    description = parts.joined(separator: "; ")
  }
}
