/// What is written down of one deploy: intent before and fact after each step. Recovery after a crash reads nothing else.
public struct DeployRecord: Equatable, Codable, Sendable {
  public enum Kind: String, Codable, Sendable { case push, rebuild, rollback, restart }

  public enum Outcome: String, Codable, Sendable {
    case live, failed
    /// A newer push of the branch was deployed in its place.
    case superseded
  }

  public struct StepRecord: Equatable, Codable, Sendable {
    public let step: Step
    public let seconds: Double
    public let result: String
  }

  public let id: DeployID
  public let app: AppName
  public let kind: Kind
  /// Where a push found the branch; nil where it made the branch.
  public let previous: CommitID?
  public var commit: Commit?
  /// RFC 3339.
  public let startedAt: String
  public var finishedAt: String?
  /// The how-manyth of the app's deploys that went live it is, whatever the clock says; nil where it did not, and in
  /// records of before there was this.
  public var order: Int?

  /// The process that writes this record, told from others that had its id.
  public let builder: String

  /// The step that was begun last; nil while it waits for another deploy of the app.
  public var step: Step?
  /// The steps that ended well.
  public var steps: [StepRecord] = []
  /// The release that it makes or takes.
  public var release: ReleaseID?
  /// Whether it makes the release, so that it is removed if the deploy fails.
  public var makesRelease = false
  /// The instance that it starts.
  public var instance: InstanceID?
  /// What the environment was that it is started with.
  public var environmentMark: EnvironmentMark?
  /// The site's origin that the instance is told; nil where it is told none.
  public var origin: String?
  public var outcome: Outcome?
  public var failure: Failure?

  public init(
    id: DeployID, app: AppName, kind: Kind, previous: CommitID?, commit: Commit?, startedAt: String, builder: String
  ) {
    self.id = id
    self.app = app
    self.kind = kind
    self.previous = previous
    self.commit = commit
    self.startedAt = startedAt
    self.builder = builder
  }

  public var isFinished: Bool { outcome != nil }

  /// Whether it is not about to go live, or live.
  public var canBeEnded: Bool { !isFinished && !(step?.isLate ?? false) }
}
