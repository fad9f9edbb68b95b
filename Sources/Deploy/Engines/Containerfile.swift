// The image of a release, as podman, buildah and Docker build one.
extension ContainerApp {
  /// What an image is built from: two directories, of which the second is what the app writes to.
  var containerfile: EngineFile {
    let lines =
      [
        "# Written by nextdeploy: \(name), release \(release). Build it with: podman build --format docker -t \(image) .",
        "FROM \(runtime.image)",
        "WORKDIR \(workingDirectory)",
      ]
      // The image's own has a capability in its file, with which it does not start where a container is given none.
      + (site == nil ? [] : ["RUN cp /usr/bin/caddy /usr/local/bin/caddy"])
      + variables.sorted { $0.key < $1.key }.map { "ENV \($0.key)=\(Self.value($0.value))" }
      + [
        // In this order: the directories that hold what the app writes to are not its own.
        "COPY --chown=\(Self.user):\(Self.user) writable/ \(Self.place)/",
        "COPY release/ \(Self.place)/",
        "USER \(Self.user):\(Self.user)",
        "EXPOSE \(Self.port)",
        "STOPSIGNAL SIGTERM",
        "HEALTHCHECK --interval=10s --timeout=6s --start-period=\(Int(health.timeout.rounded(.up)))s --retries=3 "
          + "CMD \(JSON.strings(healthCheck).text)",
        "CMD \(JSON.strings(command).text)",
      ]
    return EngineFile("Containerfile", lines.map { "\($0)\n" }.joined())
  }

  /// Nothing else of the folder is for the image.
  var ignoreFile: EngineFile { EngineFile(".dockerignore", "*\n!release\n!writable\n") }

  /// A value in which nothing is put in the place of anything.
  private static func value(_ text: String) -> String {
    "\"" + text.map { #""\$"#.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
  }
}
