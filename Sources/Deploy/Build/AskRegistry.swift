/// The registry is not waited for any longer.
private struct NoAnswer: Error { let reason: String }

extension Builder {
  /// Tells of critical holes that the registry knows in what was installed just now, if it answers at once. That it does not
  /// is no reason for anything: what must not go live is in a list of nextdeploy's own.
  func audit(_ planned: Planned) throws {
    let plan = planned.plan
    guard config.audits ?? true, plan.packages.manager == .npm, plan.packages.lockfile != nil,
      plan.project.install == nil
    else { return }
    let job = Job(
      work: .shell(Self.auditCommand),
      environment: given(to: .install, planned, in: plan.installDirectory).variables,
      directory: plan.installDirectory.below(seams.workspace.directory))
    let start = seams.clock.now
    var answer: [UInt8] = []
    do {
      // It fails where it finds something, too.
      _ = try seams.runner.run(job) { _ in
        if seams.clock.seconds(since: start) > Self.auditPatience { throw NoAnswer(reason: "no answer within 3 s") }
        if answer.count > Self.auditLimit { throw NoAnswer(reason: "the answer is too long") }
        try steps.requireWantedNowAndThen()
      } output: { bytes in
        if answer.count <= Self.auditLimit { answer += bytes }
      }
    } catch let none as NoAnswer {
      return seams.events.emit(.logged("npm audit: \(none.reason)"))
    }
    guard answer.count <= Self.auditLimit, let audit = Audit(String(decoding: answer, as: UTF8.self)) else {
      return seams.events.emit(.logged("npm audit: the registry does not answer it"))
    }
    let known = Set(try seams.holes().holes.flatMap(\.ids) + (config.allowedHoles ?? []))
    for line in audit.lines(without: known) { seams.events.warn(line) }
  }

  /// What npm itself says beside its answer is of no use.
  private static let auditCommand =
    "npm audit --omit=dev --json --audit-level=critical --fetch-retries=0 2>/dev/null"

  /// In seconds, the wait for other builds included.
  private static let auditPatience = 3.0
  /// In bytes.
  private static let auditLimit = 1 << 20
}
