extension Promotion {
  /// Begins to stop the app's other instances: each finishes what it is answering. The deploy does not wait.
  func drain(_ others: [InstanceID]) throws {
    if others.isEmpty { return }
    try steps.run(.drain) {
      for instance in others { try seams.manager.drain(instance) }
      return ((), others.map(\.description).joined(separator: ", ") + " finishes its requests, then stops")
    }
  }
}
