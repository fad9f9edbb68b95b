import Archives
public import Deploy
import Posix

/// Unpacks what arrives on standard input beside the app's releases.
public struct PayloadDirectory: Payloads {
  let layout: AppLayout
  let leftovers: Leftovers
  let limits: ShipLimits

  /// - Parameters:
  ///   - leftovers: removes what apps have written into releases.
  ///   - limits: the most that an archive may bring.
  public init(layout: AppLayout, leftovers: Leftovers, limits: ShipLimits) {
    self.layout = layout
    self.leftovers = leftovers
    self.limits = limits
  }

  /// Reads standard input to its end.
  public func unpack(for release: ReleaseID, isWanted: () throws -> Void) throws -> any Payload {
    let directory = layout.unpacked(release)
    try Files.makeDirectory(layout.releases)
    try leftovers.remove(directory)
    try Files.createDirectory(directory)
    do {
      let archive = try Archive.extract(
        from: FileDescriptor(inherited: 0), into: Directory(directory), limits: ArchiveLimits(limits),
        mode: ReleaseCopier(isForAnotherUser: leftovers.files.isForOtherUsers).mode, watch: isWanted)
      return UnpackedPayload(
        directory: directory, layout: layout, leftovers: leftovers, sha256: archive.sha256, entries: archive.entries,
        bytes: Int(archive.bytes))
    } catch {
      // The first error is the one to tell; recovery removes what cannot be removed now.
      try? Files.remove(directory)
      guard let error = error as? ArchiveError else { throw error }
      throw Failure("unpacking the archive", error.cause, next: help(with: error))
    }
  }
}

extension PayloadDirectory {
  private func help(with error: ArchiveError) -> String {
    guard case .limit(let name) = error.kind else { return error.next }
    return "Ship less, or raise the limit on the server, as with 'nextdeploy config set \(name.setting)'."
  }
}

extension ArchiveLimits.Name {
  /// The server's setting for it, and a value.
  fileprivate var setting: String {
    switch self {
    case .bytes: "ship.size 16G"
    case .entries: "ship.entries 1000000"
    case .depth: "ship.depth 200"
    case .ratio: "ship.ratio 1000"
    case .seconds: "ship.time 2h"
    }
  }
}

extension ArchiveLimits {
  fileprivate init(_ limits: ShipLimits) {
    self.init()
    bytes = Int64(limits.mostBytes)
    entries = limits.mostEntries
    depth = limits.mostDepth
    ratio = Int64(limits.mostRatio)
    seconds = limits.mostTime.seconds
  }
}
