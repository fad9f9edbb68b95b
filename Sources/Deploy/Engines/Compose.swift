// Compose: one machine, or a swarm.
extension ContainerApp {
  var compose: EngineFile {
    var service: JSON = [
      "image": .string(image),
      "build": ["context": ".", "dockerfile": "Containerfile"],
      "restart": "unless-stopped",
      // The first process of a container ignores a SIGTERM that it has no handler for.
      "init": true,
      "stop_signal": "SIGTERM",
      "stop_grace_period": "\(grace)s",
      // A proxy is beside it: what it must tell the app is in the README.
      "ports": ["127.0.0.1:\(Self.port):\(Self.port)"],
      "healthcheck": [
        "test": .strings(["CMD"] + Self.plain(healthCheck)), "interval": "10s", "timeout": "6s", "retries": 3,
        "start_period": "\(Int(health.timeout.rounded(.up)))s",
      ],
      "volumes": volumes.isEmpty ? nil : composeMounts,
      "depends_on": migration.map { _ in
        .object([JSON.Member(key: migrationName, value: ["condition": "service_completed_successfully"])])
      },
      "deploy": [
        "resources": composeLimits.map { ["limits": $0] },
        "update_config": ["order": "start-first", "failure_action": "rollback"],
      ],
    ]
    if let secretValues { service = service.adding("environment", secretValues) }
    var services: [(String, JSON)] = [(name, service)]
    if migration != nil {
      var migrate: JSON = [
        "image": .string(image), "build": ["context": ".", "dockerfile": "Containerfile"],
        "command": .strings(runMigration), "restart": "no",
        // It is the release command's way that counts, not whether the app answers in it.
        "healthcheck": ["disable": true],
        "volumes": volumes.isEmpty ? nil : composeMounts,
      ]
      if let secretValues { migrate = migrate.adding("environment", secretValues) }
      services.append((migrationName, migrate))
    }
    var file: JSON = ["name": .string(name), "services": .object(services.map { JSON.Member(key: $0, value: $1) })]
    if !volumes.isEmpty {
      file = file.adding("volumes", .object(volumes.indices.map { JSON.Member(key: volumeName($0), value: [:]) }))
    }
    return EngineFile("compose.yaml", file.yaml)
  }

  /// No app's own service can have it.
  private var migrationName: String { "\(name)-migrate" }

  /// Compose reads them where it is run, or in `.env`, and says which one is missing.
  private var secretValues: JSON? {
    secrets.isEmpty
      ? nil : .object(secrets.map { JSON.Member(key: $0, value: .string("${\($0)?set it in .env}")) })
  }

  private var composeMounts: JSON {
    .array(
      volumes.enumerated().map { number, path in
        ["type": "volume", "source": .string(volumeName(number)), "target": .string(Self.plain(mount(path)))]
      })
  }

  private var composeLimits: JSON? {
    if limits.isEmpty { return nil }
    return [
      "memory": limits.memory.map { .string($0.description) },
      "cpus": limits.cpu.map { .string("\(Double($0.percent) / 100)") },
      "pids": limits.tasks.map { .number(Double($0)) },
    ]
  }

  /// The name of a volume, by its number.
  func volumeName(_ number: Int) -> String { volumes.count == 1 ? "data" : "data-\(number + 1)" }

  /// Compose puts variables in the place of `$NAME`, and `$` in that of `$$`.
  private static func plain(_ text: String) -> String { text.replacing("$", with: "$$") }
  private static func plain(_ texts: [String]) -> [String] { texts.map { plain($0) } }
}

extension JSON {
  /// An object with one more member at its end.
  func adding(_ key: String, _ value: JSON) -> JSON {
    .object((members ?? []) + [Member(key: key, value: value)])
  }
}
