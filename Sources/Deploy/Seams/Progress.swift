/// The steps of a deploy, in the order in which data flows through them.
public enum Step: String, Codable, CaseIterable, Sendable {
  case plan, checkout, install, build, release, boot, health, route, drain, prune
}

/// What whoever pushed sees while it happens.
public protocol Progress {
  /// Who and what, before the first step.
  func begin(_ headline: Headline)
  /// A step has begun.
  func start(_ step: Step, _ detail: String)
  /// What the step's own program writes.
  func output(_ bytes: [UInt8])
  /// A step has ended well.
  func finish(_ step: Step, _ result: String, seconds: Double)
  func warn(_ text: String)
  func note(_ text: String)
  /// The deploy is live.
  func succeed(_ result: Success)
  /// The deploy failed.
  func fail(_ step: Step, _ failure: Failure, live: ReleaseID?)
}

public struct Headline: Equatable, Sendable {
  public var app: AppName
  public var branch: BranchName?
  public var commit: Commit
  /// As in "Next.js 16.4.5, npm 10.8.2 (package-lock.json), Node 20.20.2".
  public var detected: String
}

public struct Success: Equatable, Sendable {
  public var url: String
  public var release: ReleaseID
  public var commit: Commit
  public var seconds: Double
}
