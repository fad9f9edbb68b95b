import Deploy

// The settings about known holes.
extension ConfigCommands {
  /// Holes with which an app is deployed all the same.
  static let allowVulnerable = Key(
    name: "allow-vulnerable",
    place: .app(
      get: { ($0.allowedHoles ?? []).map(\.description).joined(separator: ",") },
      set: { $0.allowedHoles = try $1.split(separator: ",").map { try HoleID(String($0)) }.uniqued() },
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
