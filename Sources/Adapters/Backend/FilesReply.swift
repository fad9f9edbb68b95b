import Deploy

/// What a process of its own that works on an app's files answers.
struct FilesReply: Codable {
  /// How many files a checkout wrote or removed.
  var changed = 0
  var failure: Failure?
}
