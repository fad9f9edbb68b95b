extension Promotion {
  /// The live release, to be started again.
  func current() throws -> Candidate {
    steps.writer.enter(.release)
    guard let live = try seams.state.live(),
      let release = try seams.releases.list().first(where: { $0.id == live.release })
    else {
      throw Failure(.notFound, "restarting \(app)", "nothing of it is live yet", next: "Push the app first.")
    }
    return try again(release, " again, with the environment as it is now", as: live.commit)
  }
}
