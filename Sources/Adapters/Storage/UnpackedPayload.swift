import Deploy

/// An archive that lies unpacked in a directory of its own.
struct UnpackedPayload: Payload {
  let directory: String
  let layout: AppLayout
  let leftovers: Leftovers
  let sha256: String
  let entries: Int
  let bytes: Int

  var tree: any SourceTree { get throws { try DirectoryTree(directory) } }
  var files: any BuiltFiles { FilesBelow(directory: directory) }
  var releases: any Releases { ReleaseDirectory(layout: layout, leftovers: leftovers, from: directory, moving: true) }

  /// The copy belongs to whoever runs builds, and shares no file with a release.
  func withCopy(_ body: (any BuiltFiles) throws -> Void) throws {
    defer { leftovers.discard(layout.shipped) }
    try leftovers.files.copy(directory, forBuilds: layout.shipped)
    try body(FilesBelow(directory: layout.shipped))
  }

  func discard() throws { try leftovers.remove(directory) }
}
