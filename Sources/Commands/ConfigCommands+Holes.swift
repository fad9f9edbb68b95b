import Adapters
import Deploy

// The settings about known holes.
extension ConfigCommands {
  /// Holes with which an app is deployed all the same.
  static let allowVulnerable = Key(
    name: "allow-vulnerable",
    place: .app(
      get: { ($0.allowedHoles ?? []).map(\.description).joined(separator: ",") },
      set: { config, text in
        let known = try KnownHoles.list().holes.flatMap(\.ids).map(\.description)
        config.allowedHoles = try text.split(separator: ",").map { text in
          let id = try HoleID(String(text))
          guard known.contains(id.description) else {
            throw Failure(
              .usage, "allowing the hole \(id)", "the list of known holes has none of that name",
              next: NearestName.of(id.description, among: known).map { "Did you mean '\($0)'?" }
                ?? "Give the name that the push's output says.")
          }
          return id
        }.uniqued()
      },
      unset: { $0.allowedHoles = nil }))

  /// Whether npm's registry is asked for critical holes.
  static let audit = Key(
    name: "audit",
    place: .app(
      get: { $0.audits == false ? "off" : "on" },
      set: { config, text in
        guard ["on", "off"].contains(text) else {
          throw Failure(.usage, "setting audit", "\(text.quoted) is neither 'on' nor 'off'", next: "Give one of them.")
        }
        config.audits = text == "off" ? false : nil
      }, unset: { $0.audits = nil }))
}
