/// One entry of an archive, as its header tells it: nothing of this is checked yet.
struct ArchiveEntry {
  enum Kind: Equatable {
    case file
    case directory
    /// A symlink, and where it points.
    case link([UInt8])
    /// Another name of an earlier entry.
    case hardLink([UInt8])
    /// What no release has, in words.
    case other(String)
  }

  /// Its path, in the archive's bytes.
  var name: [UInt8]
  var kind: Kind
  /// The bytes of its content; nil if only the end will tell.
  var size: Int64?
  /// Its permissions, with setuid, setgid and sticky.
  var mode: UInt32
  /// When it was changed, in seconds since 1970 and nanoseconds.
  var modified: (seconds: Int64, nanoseconds: Int)?
  /// What else it brings that no release has, in words.
  var extras: [String]
}
