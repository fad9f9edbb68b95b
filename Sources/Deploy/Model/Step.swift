/// The steps of a deploy, in the order in which data flows through them.
public enum Step: String, Codable, CaseIterable, Sendable {
  case unpack, plan, checkout, install, build, release, boot, health, route, drain, prune

  /// Whether it is too late to call the deploy off: it is live, or may be.
  var isLate: Bool { [.route, .drain, .prune].contains(self) }
}
