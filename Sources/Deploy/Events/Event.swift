/// What happens in a deploy or a recovery.
public enum Event: Equatable, Sendable {
  /// It is known what is deployed: before the first step that does anything.
  case began(Headline)
  /// A step begins; the detail says on what.
  case stepStarted(Step, detail: String)
  /// The step's own program writes; a line may come in pieces.
  case output([UInt8])
  /// A step has ended well.
  case stepFinished(Step, result: String, seconds: Double)
  /// Something is not as it should be, and is no reason to stop.
  case warned(String)
  /// Something is worth knowing.
  case noted(String)
  /// The deploy is live.
  case live(Success)
  /// The deploy failed at a step; the release is the one that is still live.
  case failed(Step, Failure, live: ReleaseID?)
}

/// Who is told what happens. Every event comes redacted, and steers no terminal.
public protocol EventSink {
  /// Takes an event, in the order in which they happen; it must not hold up the deploy for long.
  func receive(_ event: Event)
}

/// Who and what is deployed.
public struct Headline: Equatable, Sendable {
  public var app: AppName
  public var branch: BranchName?
  public var commit: Commit
  /// As in "Next.js 16.4.5, npm 10.8.2 (package-lock.json), Node 20.20.2".
  public var detected: String
}

/// What went live, and where.
public struct Success: Equatable, Sendable {
  public var url: String
  public var release: ReleaseID
  public var commit: Commit
  public var seconds: Double
}
