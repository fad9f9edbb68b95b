/// What is written down about one deploy: the intent before each step, and how it went after it. Recovery relies on it.
public struct DeployRecord: Equatable, Codable, Sendable {
  /// What can ask for a deploy: a push of the branch, or the command of this name.
  public enum Kind: String, Codable, Sendable { case push, rebuild, rollback, restart, ship }

  /// How a deploy ended.
  public enum Outcome: String, Codable, Sendable {
    /// It went live, or it failed and was undone.
    case live, failed
    /// A newer push of the branch took its place, or the branch was deleted.
    case superseded
  }

  /// A step that ended well.
  public struct StepRecord: Equatable, Codable, Sendable {
    /// Which step it was.
    public let step: Step
    /// How long it took, in seconds.
    public let seconds: Double
    /// What it achieved, in words for people, redacted.
    public let result: String
  }

  /// The deploy's id, which is also the id of the release if it makes one.
  public let id: DeployID
  /// The app that is deployed.
  public let app: AppName
  /// What asked for the deploy.
  public let kind: Kind
  /// The commit at which a push found the branch; nil if the push created it, and for other kinds of deploy.
  public let previous: CommitID?
  /// The commit that goes live; nil until a rollback or a restart has found its release, or a shipped archive is read.
  public var commit: Commit?
  /// When the deploy was asked for (RFC 3339).
  public let startedAt: String
  /// When it ended (RFC 3339); nil while it has not.
  public var finishedAt: String?
  /// Its place among the app's deploys that went live, counted from 1 whatever the clock says.
  ///
  /// Nil if it did not go live, and in records older than this field.
  public var order: Int?

  /// The process that writes this record, in a form that tells it from others that had its process id.
  public let builder: String

  /// The step that began last; nil while it waits for another deploy of the app.
  public var step: Step?
  /// The steps that ended well, in order.
  public var steps: [StepRecord] = []
  /// The release that it makes or reuses; nil until that is decided.
  public var release: ReleaseID?
  /// Whether it makes the release itself, so that the release is removed if the deploy fails.
  public var makesRelease = false
  /// The instance that it starts; nil until one is reserved.
  public var instance: InstanceID?
  /// A fingerprint of the environment that the instance is started with.
  public var environmentMark: EnvironmentMark?
  /// The site's origin as the instance is told it; nil if it is told none.
  public var origin: String?
  /// How it ended; nil while it runs, or until recovery has settled what it left.
  public var outcome: Outcome?
  /// Why it failed, redacted; nil if it has not.
  public var failure: Failure?

  /// Makes the record of a deploy that has not begun any step.
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

  /// Whether it has ended and needs no recovery.
  public var isFinished: Bool { outcome != nil }

  /// Whether it can still be cancelled: it has not ended, and is not at `route` or beyond.
  public var canBeEnded: Bool { !isFinished && !(step?.isLate ?? false) }
}
