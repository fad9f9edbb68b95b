/// Something that happens in a deploy or a recovery.
public enum Event: Equatable, Sendable {
  /// It is clear what is being deployed; this comes before the first step that does anything.
  case began(Headline)
  /// A step begins; the detail says what it works on.
  case stepStarted(Step, detail: String)
  /// Output of the program that the step runs; a line may come in pieces.
  case output([UInt8])
  /// A step has succeeded.
  case stepFinished(Step, result: String, seconds: Double)
  /// Something is not as it should be, but that is no reason to stop.
  case warned(String)
  /// Something is worth knowing.
  case noted(String)
  /// Something is worth knowing only for who looks into the deploy's log.
  case logged(String)
  /// The deploy is live.
  case live(Success)
  /// The deploy failed at a step; the release is the one that is still live, if any.
  case failed(Step, Failure, live: ReleaseID?)
}

/// Who is told what happens. Every event arrives redacted and free of terminal control sequences.
public protocol EventSink {
  /// Receives one event, in the order in which they happen; it must not hold up the deploy for long.
  func receive(_ event: Event)
}

/// What is being deployed, for the first lines of a deploy's output.
public struct Headline: Equatable, Sendable {
  /// The app that the deploy is of.
  public var app: AppName
  /// The branch that the app deploys from; nil unless the deploy is of a push.
  public var branch: BranchName?
  /// The commit to be deployed.
  public var commit: Commit
  /// What was detected, as in "Next.js 16.4.5, npm 10.8.2 (package-lock.json), Node 20.20.2".
  public var detected: String
}

/// What went live, and where.
public struct Success: Equatable, Sendable {
  /// Where visitors reach the app, as in "https://shop.example.com".
  public var url: String
  /// The release that is live now.
  public var release: ReleaseID
  /// The commit that the release is live as.
  public var commit: Commit
  /// How long the deploy took, in seconds, the wait for other deploys included.
  public var seconds: Double
}
