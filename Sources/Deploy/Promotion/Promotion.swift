/// The second half of a deploy: from a release to what is live. A rollback, a restart and what recovery finishes
/// consist of it alone.
struct Promotion: Half {
  let steps: Steps

  /// Makes a release the live one. If it throws, what was live before still is.
  func run(_ candidate: Candidate, _ environment: AppEnvironment) throws -> LiveRecord {
    let healthy =
      switch candidate.release.serving {
      case .process(let process): try checkHealth(of: boot(candidate, process, environment))
      case .files(let site): try checkHealth(of: candidate, as: site)
      }
    takeCompiled(of: candidate.release)
    let live = try route(healthy)
    // From here on the new release is live: nothing is undone any more.
    settle(live)
    return live
  }

  /// Has the next release begin with what Node has compiled of this one: only of a new one, which no visitor has reached.
  private func takeCompiled(of release: ReleaseRecord) {
    guard record.makesRelease, let process = release.process, let path = process.compiled else { return }
    steps.attempt("keeping what Node has compiled") {
      try seams.releases.takeCompiled(of: release.id, at: process.directory.file(path))
    }
  }
}
