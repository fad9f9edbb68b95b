/// A part of an image that is known by its checksum.
public struct Blob: Equatable, Sendable {
  /// The SHA-256 checksum, in small hexadecimal digits.
  public let sha256: String
  /// How many bytes it has.
  public let size: Int

  /// Describes a blob that is there.
  public init(sha256: String, size: Int) {
    self.sha256 = sha256
    self.size = size
  }

  fileprivate func described(_ kind: String) -> JSON {
    [
      "mediaType": "application/vnd.oci.image.\(kind)", "digest": "sha256:\(sha256)", "size": .number(Double(size)),
    ]
  }
}

// An image as OCI describes one (image-spec 1.0), its layers from the lowest up.
extension ContainerApp {
  /// How its containers are started.
  ///
  /// - Parameter layers: tars that nothing has compressed, by what they hold.
  public func imageConfig(_ layers: [(name: String, blob: Blob)]) -> String {
    let config: JSON = [
      "User": "\(Self.user):\(Self.user)", "ExposedPorts": ["\(Self.port)/tcp": [:]],
      "Env": .strings(variables.map { "\($0.key)=\($0.value)" }.sorted()), "Cmd": .strings(command),
      "WorkingDir": .string(workingDirectory), "StopSignal": "SIGTERM",
      "Volumes": volumes.isEmpty ? nil : .object(volumes.map { JSON.Member(key: mount($0), value: [:]) }),
      "Labels": ["org.opencontainers.image.title": .string(name), "org.opencontainers.image.version": "\(release)"],
    ]
    let image: JSON = [
      "created": .string(createdAt), "architecture": .string(Self.architecture), "os": "linux", "config": config,
      "rootfs": ["type": "layers", "diff_ids": .strings(layers.map { "sha256:\($0.blob.sha256)" })],
      "history": .array(layers.map { ["created": .string(createdAt), "created_by": "nextdeploy: \($0.name)"] }),
    ]
    return image.text
  }

  /// What the image consists of.
  public func imageManifest(config: Blob, layers: [Blob]) -> String {
    let manifest: JSON = [
      "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
      "config": config.described("config.v1+json"), "layers": .array(layers.map { $0.described("layer.v1.tar") }),
    ]
    return manifest.text
  }

  /// What leads to it in a folder, by the release's id.
  public func imageIndex(manifest: Blob) -> [EngineFile] {
    let platform: JSON = ["architecture": .string(Self.architecture), "os": "linux"]
    let index: JSON = [
      "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
      "manifests": [
        manifest.described("manifest.v1+json").adding("platform", platform)
          .adding("annotations", ["org.opencontainers.image.ref.name": "\(release)"])
      ],
    ]
    return [
      EngineFile("oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#), EngineFile("index.json", index.text),
    ]
  }
}
