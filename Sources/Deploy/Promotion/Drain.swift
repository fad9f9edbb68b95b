extension Promotion {
  /// Begins to stop the app's other instances: each finishes what it is answering. The deploy does not wait.
  func drain(_ others: [InstanceID]) throws {
    if others.isEmpty { return }
    try steps.run(.drain) {
      for instance in others { try seams.manager.drain(instance) }
      let names = others.map(\.description).joined(separator: ", ")
      return (
        (), names + (others.count == 1 ? " finishes its requests, then stops" : " finish their requests, then stop")
      )
    }
  }
}
