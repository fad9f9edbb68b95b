/// What arrives as an archive that was built somewhere else.
public protocol Payloads {
  /// Unpacks the archive beside the app's releases, reading it once, to its end.
  ///
  /// - Parameter isWanted: called now and then; what it throws ends the unpacking.
  func unpack(for release: ReleaseID, isWanted: () throws -> Void) throws -> any Payload
}

/// An unpacked archive.
public protocol Payload: ReleaseFiles {
  /// The SHA-256 of the archive, in hexadecimal digits.
  var sha256: String { get }
  /// How many files, links and directories were in it.
  var entries: Int { get }
  /// The bytes that its files take.
  var bytes: Int { get }
  /// What it is planned by: its files but for those in node_modules.
  var tree: any SourceTree { get throws }
  /// Runs something in a copy of its files, which the app's own commands can write to; nothing of the copy stays.
  func withCopy(_ body: (any BuiltFiles) throws -> Void) throws
  /// Removes what is left of it.
  func discard() throws
}
