import Deploy

// The settings that are limits.
extension ConfigCommands {
  /// A limit on what is pushed.
  static func push(
    _ name: String, get: @escaping @Sendable (PushLimits) -> String,
    set: @escaping @Sendable (inout PushLimits, String?) throws -> Void
  ) -> Key { server("push.\(name)", \.push, PushLimits(), get: get, set: set) }

  static let limitsOfArchives: [Key] = [
    ship("size", get: { ($0.size ?? ShipLimits.size).description }, set: { $0.size = try $1.map { try Size($0) } }),
    ship(
      "entries", get: { String($0.mostEntries) },
      set: { $0.entries = try $1.map { try number($0, for: "ship.entries", in: 100...100_000_000) } }),
    ship(
      "depth", get: { String($0.mostDepth) },
      set: { $0.depth = try $1.map { try number($0, for: "ship.depth", in: 10...1_000) } }),
    ship(
      "ratio", get: { String($0.mostRatio) },
      set: { $0.ratio = try $1.map { try number($0, for: "ship.ratio", in: 2...100_000) } }),
    ship("time", get: { $0.mostTime.description }, set: { $0.time = try $1.map { try TimeLimit($0) } }),
  ]

  /// A limit on what is shipped.
  private static func ship(
    _ name: String, get: @escaping @Sendable (ShipLimits) -> String,
    set: @escaping @Sendable (inout ShipLimits, String?) throws -> Void
  ) -> Key { server("ship.\(name)", \.ship, ShipLimits(), get: get, set: set) }

  /// One of several limits that are the server's.
  private static func server<Limits: Equatable & Sendable>(
    _ name: String, _ place: any WritableKeyPath<ServerConfig, Limits?> & Sendable, _ usual: Limits,
    get: @escaping @Sendable (Limits) -> String, set: @escaping @Sendable (inout Limits, String?) throws -> Void
  ) -> Key {
    Key(
      name: name,
      place: .server(
        get: { get($0[keyPath: place] ?? usual) },
        set: { config, text in
          var limits = config[keyPath: place] ?? usual
          // An unset limit stays the default, whatever that is in a later version.
          try set(&limits, text == get(usual) ? nil : text)
          config[keyPath: place] = limits == usual ? nil : limits
        }))
  }

  /// How long files of releases that are gone stay for pages that are still open.
  static let openTabs = Key(
    name: "open-tabs",
    place: .app(
      get: { ($0.openTabs ?? .openTabs).description }, set: { $0.openTabs = try TimeLimit($1) },
      unset: { $0.openTabs = nil }))

  static let cacheSize = cache(
    "size", get: { $0.mostBytes.description }, set: { $0.size = try $1.map { try Size($0) } })
  static let cacheDays = cache(
    "days", get: { String($0.mostDays) },
    set: { $0.days = try $1.map { try number($0, for: "cache.days", in: 1...3650) } })

  /// A limit on what an app's builds and instances keep.
  private static func cache(
    _ name: String, get: @escaping @Sendable (CacheLimits) -> String,
    set: @escaping @Sendable (inout CacheLimits, String?) throws -> Void
  ) -> Key {
    limits("cache.\(name)", \.cache, CacheLimits(), get: get, set: set)
  }

  /// One of several limits that are an app's.
  private static func limits<Limits: Equatable & Sendable>(
    _ name: String, _ place: any WritableKeyPath<AppConfig, Limits?> & Sendable, _ usual: Limits,
    get: @escaping @Sendable (Limits) -> String, set: @escaping @Sendable (inout Limits, String?) throws -> Void
  ) -> Key {
    @Sendable func change(_ config: inout AppConfig, _ text: String?) throws {
      var limits = config[keyPath: place] ?? usual
      try set(&limits, text)
      config[keyPath: place] = limits == usual ? nil : limits
    }
    return Key(
      name: name,
      place: .app(
        get: { get($0[keyPath: place] ?? usual) }, set: { try change(&$0, $1) }, unset: { try change(&$0, nil) }))
  }

  static let archiveKeep = archive(
    "keep", get: { String($0.mostReleases) },
    set: { $0.keep = try $1.map { try number($0, for: "archive.keep", in: 0...1_000) } })
  static let archiveSize = archive(
    "max-size", get: { $0.mostBytes.description }, set: { $0.size = try $1.map { try Size($0) } })

  /// A limit on an app's old releases that are kept packed.
  private static func archive(
    _ name: String, get: @escaping @Sendable (ArchiveSettings) -> String,
    set: @escaping @Sendable (inout ArchiveSettings, String?) throws -> Void
  ) -> Key {
    limits("archive.\(name)", \.archive, ArchiveSettings(), get: get, set: set)
  }

  /// With less memory, Caddy and the package managers cannot even report their versions.
  static func memory(_ text: String) throws -> Size {
    let size = try Size(text)
    guard size.bytes >= 256 << 20 else {
      throw Failure(.usage, "setting push.memory", "\(text) is less than the 256M that it takes", next: "Give more.")
    }
    return size
  }

  static func number(_ text: String, for name: String, in range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Failure(
        .usage, "setting \(name)", "\(text.quoted) is not a number from \(range.lowerBound) to \(range.upperBound)",
        next: "Give one.")
    }
    return number
  }

  /// A limit on an app's instances; shown as "" if it is not set.
  static func limit(
    _ name: String, get: @escaping @Sendable (Limits) -> String?,
    set: @escaping @Sendable (inout Limits, String?) throws -> Void
  ) -> Key {
    @Sendable func change(_ config: inout AppConfig, _ text: String?) throws {
      var limits = config.limits ?? Limits()
      try set(&limits, text)
      config.limits = limits.isEmpty ? nil : limits
    }
    return Key(
      name: name,
      place: .app(
        get: { $0.limits.flatMap(get) ?? "" }, set: { try change(&$0, $1) }, unset: { try change(&$0, nil) }))
  }
}
