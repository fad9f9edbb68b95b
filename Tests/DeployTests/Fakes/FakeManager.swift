@testable import Deploy

/// Instances in memory. One that drains stays until a test says that it is done.
struct FakeManager: ServiceManager {
  let world: World

  func reserve(_ app: AppName) throws -> InstanceID {
    try world.event("reserve")
    for port in try PortRange("3001-3009").ports where world.instances[InstanceID(app: app, port: port)] == nil {
      let instance = InstanceID(app: app, port: port)
      world.instances[instance] = .lost
      world.healthy = world.healthy.filter { $0.port != port }
      return instance
    }
    throw Unexpected("so many instances")
  }

  func prepare(_ app: AppName, for release: ReleaseID) throws -> InstanceID? {
    try world.event("prepare")
    guard let instance = try? reserve(app) else { return nil }
    world.instances[instance] = .prepared
    return instance
  }

  func place(of instance: InstanceID) -> String? {
    world.instances[instance] == .prepared ? "the place of \(instance)" : nil
  }

  func settle(_ instance: InstanceID) throws { try world.event("settle \(instance)") }

  func start(_ instance: InstanceID, _ service: Service) throws {
    try world.event("start \(instance)")
    guard [.lost, .prepared].contains(world.instances[instance]) else {
      throw Unexpected("a start of \(instance), which is not reserved")
    }
    world.instances[instance] = world.stateAfterStart
    world.services[instance] = service
  }

  func drain(_ instance: InstanceID) throws {
    try world.event("drain \(instance)")
    guard world.instances[instance] != nil else { throw Unexpected("the instance \(instance)") }
    world.instances[instance] = .draining
  }

  func stop(_ instance: InstanceID) throws {
    try world.event("stop \(instance)")
    world.instances[instance] = nil
  }

  func state(of instance: InstanceID) throws -> InstanceState {
    if world.failing.contains("state") { throw Failure("state", "the test says so", next: "Nothing.") }
    return world.instances[instance] ?? .absent
  }

  func strangers(at instance: InstanceID) throws -> [Stranger] {
    world.strangers.filter { $0.address.port == instance.port.number }
  }

  func instances(of app: AppName) throws -> [InstanceID] { world.instances.keys.sorted() }

  func applyLimits(of app: AppName) {}

  func revive(_ instance: InstanceID) throws {
    try world.event("revive \(instance)")
    if world.instances[instance] == .lost { world.instances[instance] = .running(process: 4711, restarts: 0) }
  }
}

extension World {
  /// Old instances have answered all they had, and are gone.
  func finishDraining() { instances = instances.filter { $0.value != .draining } }
}
