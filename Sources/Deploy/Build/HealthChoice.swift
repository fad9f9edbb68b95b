extension Builder {
  /// When the release counts as healthy: as nextdeploy.json says, else going by the pages that the build made.
  func healthPolicy(of plan: Plan) throws -> HealthPolicy {
    guard plan.framework.isNext else { return HealthPolicy(plan.project.health) }
    let output = plan.project.root.file(try nextOutput(plan.project.root))
    let routes = try NextRoutes { try seams.workspace.text("\(output)/\($0)") }
    return HealthPolicy(plan.project.health, routes: routes)
  }
}
