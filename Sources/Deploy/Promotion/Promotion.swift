/// The second half of a deploy: from a release to what is live. A rollback, a restart and what recovery finishes have no
/// other.
struct Promotion: Half {
  let steps: Steps

  /// Makes a release the live one. Where it throws, what was live is still so.
  func run(_ candidate: Candidate, _ environment: AppEnvironment) throws -> LiveRecord {
    let instance = try boot(candidate, environment)
    let healthy = try checkHealth(of: instance)
    let live = try route(healthy)
    // From here on the new release is live: nothing is undone any more.
    settle(live)
    return live
  }
}
