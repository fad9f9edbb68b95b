extension Builder {
  /// When the release counts as healthy: as nextdeploy.json says, else going by the pages that the build made.
  func healthPolicy(of plan: Plan, _ output: BuildOutput) throws -> HealthPolicy {
    if let page = output.page { return HealthPolicy(plan.project.health, page: page) }
    guard plan.framework.isNext else { return HealthPolicy(plan.project.health) }
    let root = plan.project.root
    return HealthPolicy(plan.project.health, routes: try NextRoutes(reader.manifests(root, reader.nextOutput(root))))
  }
}
