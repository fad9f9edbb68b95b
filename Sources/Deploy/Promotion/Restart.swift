extension Deployment {
  /// The release that is live, for another start.
  func liveAgain() throws -> ReleaseRecord {
    record.step = .release
    guard let live = try seams.state.live(),
      let release = try seams.releases.list().first(where: { $0.id == live.release })
    else {
      throw Failure(.notFound, "restarting \(app)", "nothing of it is live yet", next: "Push the app first.")
    }
    record.commit = live.commit
    return try take(release, "again, with the environment as it is now")
  }
}
