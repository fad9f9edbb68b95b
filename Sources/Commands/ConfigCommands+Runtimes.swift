import Deploy

// The settings about versions of Node and Bun.
extension ConfigCommands {
  static let runtimes = [
    Key(
      name: "node",
      place: .app(
        get: { $0.node?.description ?? "" }, set: { $0.node = try RuntimeRequest($1) }, unset: { $0.node = nil })),
    runtime(
      "auto", get: { $0.isManual == true ? "off" : "on" },
      set: { settings, text in
        guard ["on", "off"].contains(text) else {
          throw Failure(
            .usage, "setting runtime.auto", "\(text.quoted) is neither 'on' nor 'off'", next: "Give one of them.")
        }
        settings.isManual = text == "off" ? true : nil
      }),
    runtime(
      "mirror", get: { $0.mirror(of: .node).description },
      set: { settings, text in
        let mirror = try Mirror(text)
        settings.mirror = mirror == .node ? nil : mirror
      }),
    runtime(
      "bun-mirror", get: { $0.mirror(of: .bun).description },
      set: { settings, text in
        let mirror = try Mirror(text)
        settings.bunMirror = mirror == .bun ? nil : mirror
      }),
  ]

  private static func runtime(
    _ name: String, get: @escaping @Sendable (RuntimeSettings) -> String,
    set: @escaping @Sendable (inout RuntimeSettings, String) throws -> Void
  ) -> Key {
    Key(
      name: "runtime.\(name)",
      place: .server(
        get: { get($0.runtime ?? RuntimeSettings()) },
        set: { config, text in
          var settings = config.runtime ?? RuntimeSettings()
          try set(&settings, text)
          config.runtime = settings == RuntimeSettings() ? nil : settings
        }))
  }
}
