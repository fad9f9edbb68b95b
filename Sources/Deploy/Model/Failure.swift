/// What a user is told when something fails: what was being done, why it failed, and the next step.
public struct Failure: Error, Equatable, Codable, Sendable, CustomStringConvertible {
  /// The kinds of failure that a script can tell apart.
  public enum Kind: String, Codable, Sendable {
    /// It was tried and failed: exit 1.
    case failed
    /// The command line is wrong: exit 2.
    case usage
    /// No such app, release or commit: exit 3.
    case notFound
  }

  /// What kind of failure it is, which decides the exit status.
  public var kind: Kind
  /// What was being done, and to what: "reading nextdeploy.json".
  public var attempt: String
  /// Why it failed.
  public var cause: String
  /// What the user can do now.
  public var next: String
  /// The last lines that the app or the build wrote; empty if they would not help.
  public var excerpt: [String]

  /// Makes a failure of any kind.
  public init(
    _ kind: Kind, _ attempt: String, _ cause: String, next: String, excerpt: [String] = []
  ) {
    self.kind = kind
    self.attempt = attempt
    self.cause = cause
    self.next = next
    self.excerpt = excerpt
  }

  /// Makes a failure of something that was tried.
  public init(_ attempt: String, _ cause: String, next: String, excerpt: [String] = []) {
    self.init(.failed, attempt, cause, next: next, excerpt: excerpt)
  }

  /// What was being done and why it failed, in one line.
  public var description: String { "\(attempt): \(cause)" }

  /// The exit status by which a script can tell.
  public var exitCode: Int32 {
    switch kind {
    case .failed: 1
    case .usage: 2
    case .notFound: 3
    }
  }
}

/// An error that can explain itself to a user, as the adapters' own errors do.
public protocol Explainable: Error {
  /// What the user is told.
  var failure: Failure { get }
}

extension Failure: Explainable {
  /// Itself: it needs no explanation.
  public var failure: Failure { self }

  /// Turns any error into what a user is told.
  public init(of error: any Error) {
    if let error = error as? any Explainable {
      self = error.failure
    } else {
      self = Failure("nextdeploy", "\(error)", next: "Please report this: it should have been a clearer error.")
    }
  }
}
