// Kamal 2: Docker on machines that it reaches by ssh.
extension ContainerApp {
  /// Everything that Kamal reads, with the machines and the registry for somebody to fill in.
  var kamal: [EngineFile] {
    var file: JSON = [
      "service": .string(name),
      "image": .string("USER/\(name)"),
      "servers": [
        "web": [
          "hosts": ["192.0.2.1"],
          "options": [
            // The first process of a container ignores a SIGTERM that it has no handler for.
            "init": true,
            "memory": limits.memory.map { .string($0.description.lowercased()) },
            "cpus": limits.cpu.map { .string("\(Double($0.percent) / 100)") },
            "pids-limit": limits.tasks.map { .number(Double($0)) },
          ],
        ]
      ],
      "registry": ["server": "registry.example.com", "username": "USER", "password": ["KAMAL_REGISTRY_PASSWORD"]],
      "builder": [
        "arch": .string(Self.architecture), "context": ".", "dockerfile": "Containerfile",
      ],
      "proxy": proxy,
      "deploy_timeout": .number(health.timeout.rounded(.up)),
      "drain_timeout": .number(Double(grace)),
      "volumes": volumes.isEmpty
        ? nil : .strings(volumes.enumerated().map { "\(name)-\(volumeName($0)):\(mount($1))" }),
    ]
    if !secrets.isEmpty { file = file.adding("env", ["secret": .strings(secrets)]) }
    // Kamal puts the files of the release before beside those of the new one.
    if let nextOutput { file = file.adding("asset_path", .string("\(Self.place)/app/\(nextOutput.file("static"))")) }
    let names = (["KAMAL_REGISTRY_PASSWORD"] + secrets).map { "\($0)=$\($0)\n" }.joined()
    var files = [
      // The file is a template of Ruby's: what an app is called must not become a program.
      EngineFile("config/deploy.yml", file.mapStrings { $0.replacing("<%", with: "<%%") }.yaml),
      EngineFile(
        ".kamal/secrets", "# Each value comes from the environment in which kamal runs; none is here.\n\(names)"),
    ]
    if migration != nil {
      files.append(
        EngineFile(
          ".kamal/hooks/pre-deploy",
          """
          #!/bin/sh
          # Runs the release command once, in the new image, before any machine gets it.
          exec kamal app exec --primary --version "$KAMAL_VERSION" "\(runMigration.joined(separator: " "))"

          """, isProgram: true))
    }
    return files
  }

  private var proxy: JSON {
    [
      "app_port": .number(Double(Self.port)),
      "ssl": domains.isEmpty ? nil : true,
      "hosts": domains.isEmpty ? nil : .strings(domains.map(\.description)),
      "healthcheck": ["path": .string(healthPath), "interval": 2, "timeout": 5],
      // A page that is streamed reaches the visitor as it is written.
      "buffering": ["requests": true, "responses": false],
    ]
  }

  #if arch(arm64)
    static let architecture = "arm64"
  #else
    static let architecture = "amd64"
  #endif
}
