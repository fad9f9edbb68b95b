/// A release that passed its health check. Only that check makes one, and nothing else can be routed.
struct HealthyRelease {
  let candidate: Candidate
  /// The site as the proxy is to serve it.
  let site: Site

  fileprivate init(_ candidate: Candidate, as site: Site) {
    self.candidate = candidate
    self.site = site
  }
}

extension Promotion {
  /// Visits the instance as the proxy's visitors will, until they would get the page and what it loads; fails if the
  /// instance ends, if its bad answer is final, or if its time is up.
  func checkHealth(of instance: Instance) throws -> HealthyRelease {
    let policy = instance.release.health
    return try steps.run(.health, "GET \(policy.path)") {
      let start = seams.clock.now
      let site = VisitedSite(
        origin: seams.origin(config), otherHosts: config.domains.map(\.description), instance: instance.id.port)
      var patience = Patience(policy)
      var address = LoopbackAddress.v4
      var looked = 0.0
      while true {
        let finding = visit(site, policy, at: address, since: start)
        let elapsed = seams.clock.seconds(since: start)
        // To ask the manager can take as long as a small app's whole start: not each time while that does not listen yet.
        if !finding.isRefusal || elapsed >= min(1, policy.timeout) || elapsed - looked >= 0.08 {
          looked = elapsed
          // Whoever answered: it must be the app that visitors are sent to.
          let strangers = try seams.manager.strangers(at: instance.id)
          if let stranger = strangers.first { throw taken(instance, by: stranger) }
          let state = try seams.manager.state(of: instance.id)
          if case .waitingToRestart(let exit, _) = state { throw crashed(instance, exit) }
          if case .running(_, let restarts) = state, restarts > 0 { throw crashed(instance, "more than once") }
          // What answers on its port then is another program.
          if state == .lost || state == .absent { throw crashed(instance, "and nothing keeps it running") }
          let decision = patience.decide(finding, at: elapsed)
          switch finding {
          case .good(let status, let way, let parts) where decision == .healthy:
            warnOfOpenPort(instance.id.port)
            if !policy.status.contains(status) { noteError(status, way) }
            let site = Site(
              app: app, addresses: config.addresses, upstream: Upstream(address, port: instance.id.port),
              release: instance.release.id, page: policy.path)
            return (HealthyRelease(instance.candidate, as: site), described(status, way, parts, policy))
          case .bad(let problem, let way) where decision == .unhealthy:
            throw unhealthy(instance, problem, way, seconds: elapsed, state)
          default: if finding.isRefusal { address = self.address(of: instance, state) }
          }
        }
        try steps.requireWantedNowAndThen()
        seams.clock.pause(Self.pause(listening: !finding.isRefusal, elapsed: elapsed))
      }
    }
  }

  /// Visits the files as the proxy will serve them: nothing has to start, so the first answer counts.
  func checkHealth(of candidate: Candidate, as files: StaticSite) throws -> HealthyRelease {
    let release = candidate.release
    let policy = release.health
    return try steps.run(.health, "GET \(policy.path)") {
      // Those of a release that is to be live again may have gone since.
      for warning in try seams.files.publish(files, of: release.id).warnings { seams.events.warn(warning) }
      var finding: Finding?
      let site = Site(app: app, addresses: config.addresses, files: files, of: release.id, page: policy.path)
      try seams.proxy.preview(site) { place in
        let visited = VisitedSite(
          origin: seams.origin(config), otherHosts: config.domains.map(\.description), instance: place.port)
        var visit = Visit(to: visited, policy) { request in
          self.seams.probe.ask(request, of: place, within: min(5, policy.timeout))
        }
        finding = visit.run()
      }
      switch finding {
      case .good(let status, let way, let parts):
        return (HealthyRelease(candidate, as: site), described(status, way, parts, policy))
      case .bad(let problem, let way): throw unhealthy(release, problem, way)
      case nil: throw Failure("checking the health of \(app)", "nobody looked at its files", next: "Push again.")
      }
    }
  }

  private func visit(
    _ site: VisitedSite, _ policy: HealthPolicy, at address: LoopbackAddress, since start: ContinuousClock.Instant
  ) -> Finding {
    var visit = Visit(to: site, policy) { request in
      self.seams.probe.ask(
        request, of: Upstream(address, port: site.instance),
        within: min(5, max(0.1, policy.timeout - self.seams.clock.seconds(since: start))))
    }
    return visit.run()
  }

  /// The loopback address on which the instance listens. It must be the instance itself that listens on ::1, for
  /// nothing keeps other programs from listening there.
  private func address(of instance: Instance, _ state: InstanceState) -> LoopbackAddress {
    let port = instance.id.port
    // Whose a listener is takes long to find out, whether there is one does not.
    guard case .running(let process, _) = state, !seams.listeners.listeners(on: port).isEmpty else { return .v4 }
    return LoopbackAddress(reaching: port, at: seams.listeners.listeners(of: process, on: port)) ?? .v4
  }

  /// What the step reports when it is done.
  private func described(_ status: Int, _ way: Way, _ parts: Int, _ policy: HealthPolicy) -> String {
    let place = way.last == policy.path ? "" : " at \(way.last)"
    return "HTTP \(status)\(place)"
      + (parts == 0 ? "" : parts == 1 ? ", with 1 script or style" : ", with \(parts) scripts and styles")
  }

  private func noteError(_ status: Int, _ way: Way) {
    seams.events.note(
      "GET \(way.last) answered \(status), as apps without pages do. Where yours has one, name it as "
        + "\"health.path\" in \(ProjectFile.name).")
  }

  /// Warns if the app's port can be reached from outside, which only the app itself can prevent.
  private func warnOfOpenPort(_ port: Port) {
    let open = seams.listeners.listeners(on: port).filter { !$0.isLoopback }.map(\.description)
    if open.isEmpty { return }
    seams.events.warn(
      "\(app) listens on \(open.joined(separator: ", ")): without a firewall the outside reaches it past Caddy. Have "
        + "it listen on the address in HOSTNAME, as in app.listen(process.env.PORT, process.env.HOSTNAME).")
  }

  /// Seconds until the next visit: few while the app starts, more once that takes long or it answers badly.
  static func pause(listening: Bool, elapsed: Double) -> Double {
    // A look at a port where nobody listens takes microseconds, and every visitor waits for what is ready.
    if !listening && elapsed < 5 { return elapsed < 1 ? 0.002 : 0.02 }
    return elapsed < 10 ? 0.1 : 0.5
  }
}
