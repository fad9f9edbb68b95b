/// The steps of a deploy, in the order in which data flows through them.
public enum Step: String, Codable, CaseIterable, Sendable {
  case plan, checkout, install, build, release, boot, health, route, drain, prune

  /// Whether what it does cannot be called off: the deploy is live, or may be.
  var isLate: Bool { [.route, .drain, .prune].contains(self) }
}
