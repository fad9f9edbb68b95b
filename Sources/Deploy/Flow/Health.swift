/// An instance that answered well. Only a health check makes one, and only one of these can be routed.
struct HealthyInstance {
  let id: InstanceID
  let release: ReleaseRecord

  fileprivate init(_ instance: Instance) {
    id = instance.id
    release = instance.release
  }
}

extension Deployment {
  /// Asks the instance until it answers well; fails when it ends, or when its time is over.
  func checkHealth(of instance: Instance) throws -> HealthyInstance {
    let policy = instance.release.health
    return try step(.health, "GET \(policy.path)") {
      let start = ContinuousClock.now
      var asks = 0
      while true {
        asks += 1
        let elapsed = seconds(since: start)
        let last = seams.probe.ask(
          port: instance.id.port, path: policy.path, host: host,
          within: min(5, max(0.1, policy.timeout - elapsed)))
        // To ask the manager can take as long as a small app's whole start: not each time while that does not listen yet.
        if last != .refused || elapsed >= min(1, policy.timeout) || asks.isMultiple(of: 4) {
          let state = try seams.manager.state(of: instance.id)
          if case .waitingToRestart(let exit, _) = state { throw crashed(instance, exit) }
          if case .running(_, let restarts) = state, restarts > 0 { throw crashed(instance, "more than once") }
          // What answers on its port then is another program.
          if state == .lost || state == .absent { throw crashed(instance, "and nothing keeps it running") }
          if case .status(let status) = last, policy.status.contains(status) {
            warnOfOpenPort(instance.id.port)
            return (HealthyInstance(instance), "HTTP \(status)")
          }
          if elapsed >= policy.timeout { throw unhealthy(instance, last, state) }
        }
        seams.pause(Self.pause(after: last, elapsed: elapsed))
      }
    }
  }

  /// Nothing but the app itself can keep its port from the outside; that is no reason to refuse it.
  private func warnOfOpenPort(_ port: Port) {
    let open = seams.probe.listeners(on: port).filter { !$0.isLoopback }.map(\.description)
    if open.isEmpty { return }
    seams.progress.warn(
      "\(app) listens on \(open.joined(separator: ", ")): without a firewall the outside reaches it past Caddy. Have "
        + "it listen on the address in HOSTNAME, as in app.listen(process.env.PORT, process.env.HOSTNAME).")
  }

  /// Seconds until it is asked again: short while it starts, longer once that takes long or it answers badly.
  static func pause(after answer: ProbeAnswer, elapsed: Double) -> Double {
    if answer == .refused && elapsed < 5 { return 0.02 }
    return elapsed < 10 ? 0.1 : 0.5
  }

  /// What the request says it is for: the app's domain, as the proxy will say it.
  private var host: String { config.domains.first?.description ?? "localhost" }

  private func crashed(_ instance: Instance, _ exit: String) -> Failure {
    let lines = seams.state.lastLines(of: record.id)
    let advice = advice(on: lines.joined(separator: "\n"), at: .run)
    return Failure(
      "starting \(app)", "the app ended before it answered (\(exit))\(advice.map { ": \($0.cause)" } ?? "")",
      next: advice?.next
        ?? "Its last lines say why. Check that it starts with '\(instance.release.start)' and has its settings.",
      excerpt: lines)
  }

  private func unhealthy(_ instance: Instance, _ answer: ProbeAnswer, _ state: InstanceState) -> Failure {
    let policy = instance.release.health
    let time = policy.timeout.plain
    let subject = "checking the health of \(app)"
    let excerpt = seams.state.lastLines(of: record.id)
    let wanted =
      policy.status.lowerBound == policy.status.upperBound
      ? "\(policy.status.lowerBound)" : "\(policy.status.lowerBound)-\(policy.status.upperBound)"
    switch answer {
    case .status(let status):
      return Failure(
        subject, "GET \(policy.path) answered \(status) for \(time) s, where \(wanted) is healthy",
        next: "Correct the page, or set \"health.path\" and \"health.status\" in \(ProjectFile.name).", excerpt: excerpt
      )
    case .silent:
      return Failure(
        subject, "the app took the connection, but did not answer GET \(policy.path) within \(time) s",
        next: "Look for what it waits for, or raise \"health.timeout\" in \(ProjectFile.name).", excerpt: excerpt)
    case .broken(let what):
      return Failure(
        subject, "the answer to GET \(policy.path) is not HTTP (\(what))",
        next: "The app must speak plain HTTP on the port that PORT names.", excerpt: excerpt)
    case .refused:
      var addresses: [ListeningAddress] = []
      if case .running(let process, _) = state { addresses = seams.probe.listeners(of: process).sorted() }
      let wantedAddress = "127.0.0.1:\(instance.id.port)"
      if addresses.isEmpty {
        return Failure(
          subject, "the app did not listen on \(wantedAddress) within \(time) s",
          next: "It must listen on the port that the environment variable PORT names.", excerpt: excerpt)
      }
      return Failure(
        subject, "the app listens on \(addresses.map(\.description).joined(separator: ", ")), not on \(wantedAddress)",
        next: "It must listen on the port in PORT and the address in HOSTNAME, which is 127.0.0.1.", excerpt: excerpt)
    }
  }
}

extension Double {
  /// Without a needless ".0".
  var plain: String { self == rounded() ? String(Int(self)) : String(self) }
}
