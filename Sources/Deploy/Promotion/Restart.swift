extension Promotion {
  /// The live release, to be started again.
  func current() throws -> Candidate {
    steps.writer.enter(.release)
    guard let live = try seams.state.live(),
      let release = try seams.releases.list().first(where: { $0.id == live.release })
    else {
      throw Failure(.notFound, "restarting \(app)", "nothing of it is live yet", next: "Push the app first.")
    }
    if release.site != nil {
      throw Failure(
        "restarting \(app)", "it is a site of files, which Caddy serves: there is no process to start again",
        next: live.commit.hasFiles
          ? "'nextdeploy rebuild \(live.commit.id.short) --app \(app)' builds it anew, with the environment as it is now."
          : "Nor can it be built here: what was built elsewhere is shipped again.")
    }
    return try again(release, " again, with the environment as it is now", as: live.commit)
  }
}
