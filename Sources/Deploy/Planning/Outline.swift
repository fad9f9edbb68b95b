/// What a deploy of a commit would do, step by step, for `nextdeploy plan`.
public struct Outline: Equatable, Encodable, Sendable {
  /// One thing that the deploy would do.
  public struct Line: Equatable, Encodable, Sendable {
    /// The step in which it would happen.
    public let step: Step
    /// What would happen, in words for people.
    public let action: String
  }

  /// The commit that was planned for.
  public let commit: Commit
  /// Framework, package manager and Node with their versions, for people.
  public let detected: String
  /// What is not as it should be, but is no reason to stop.
  public let warnings: [String]
  /// Variables that the app's example file names and nothing sets; nil if there are none.
  public let unset: UnsetVariables?
  /// What the deploy would do, in order.
  public let steps: [Line]
}

extension Deployment {
  /// Plans a deploy without touching anything; throws what would keep the deploy from being planned.
  public static func outline(of commit: Commit, seams: Seams) throws -> Outline {
    let planned = try Builder.plan(commit, complete(seams.variables.environment(), seams), seams)
    let plan = planned.plan
    var steps: [Outline.Line] = []
    func add(_ step: Step, _ action: String) { steps.append(Outline.Line(step: step, action: action)) }
    let built = try planned.builtBefore(seams)
    if built == nil || plan.app.releaseCommand != nil {
      let live = try seams.state.live()?.commit.id
      let changes = try seams.repository.changes(from: live, to: commit)
      add(
        .checkout,
        live == nil
          ? "\(changes) files"
          : changes == 1 ? "1 file differs from what is live" : "\(changes) files differ from what is live")
      let isInstalled = try planned.isInstalled(seams)
      add(.install, plan.install.map { isInstalled ? "skipped, unchanged" : $0.description } ?? "nothing to install")
    }
    if built == nil {
      add(.build, plan.build?.description ?? "nothing to build")
    }
    if let command = plan.app.releaseCommand {
      add(
        .release,
        plan.project.releaseCommand == nil
          ? "what runs before the start: \(command)" : "the app's own command: \(command)")
    }
    add(.release, built.map { "\($0.id), built before from the same files" } ?? "a new one")
    if try built.map({ $0.site != nil }) ?? isFiles(plan, of: commit, seams) {
      addFiles(plan, after: try seams.state.live(), add)
    } else {
      addProcess(plan, add)
    }
    let warnings = plan.warnings + [plan.warning(on: seams.clock.timestamp)].compactMap(\.self)
    return Outline(commit: commit, detected: plan.detected, warnings: warnings, unset: planned.unset, steps: steps)
  }

  /// Whether the release will be files, as far as the commit shows.
  private static func isFiles(_ plan: Plan, of commit: Commit, _ seams: Seams) throws -> Bool {
    if plan.app.site != nil { return true }
    guard plan.app.isBuiltByNext else { return false }
    return try plan.app.startsOnlyFiles || NextConfig.exports(plan.project.root, in: seams.repository.tree(of: commit))
  }

  private static func addFiles(_ plan: Plan, after live: LiveRecord?, _ add: (Step, String) -> Void) {
    add(.release, "its files are published and compressed; nothing is started")
    add(
      .health,
      "GET \(plan.project.health.path ?? "a page that is there") of a Caddy that serves the new files, and what it loads"
    )
    add(.route, "one switch: Caddy serves the new files from the next request on")
    // Nothing else of a site of files has to end.
    if live?.instance != nil { add(.drain, drain(plan)) }
  }

  private static func addProcess(_ plan: Plan, _ add: (Step, String) -> Void) {
    add(.boot, plan.framework.isNext ? "Next.js's standalone server, else next start" : plan.start.description)
    let health = HealthPolicy(plan.project.health)
    let page = plan.framework.isNext && plan.project.health.path == nil ? "a page that the build makes" : health.path
    add(.health, "GET \(page), \(health.statusText) within \(health.timeout.plain) s")
    add(.route, "the proxy sends new requests to it")
    add(.drain, drain(plan))
  }

  private static func drain(_ plan: Plan) -> String {
    "the old release finishes its requests, for at most \(plan.project.drainTimeout.plain) s"
  }
}
