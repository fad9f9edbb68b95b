public import Deploy
import Posix

/// Tells a deploy while it happens: to whoever pushed, and to the deploy's log.
public final class Reporter: Progress {
  private let terminal: Terminal
  private let log: FileDescriptor?
  private var hasListener = true
  /// How long its reader is still waited for, in all.
  private var patience = Duration.seconds(60)
  private var hasLogFailed = false
  private var step: (name: Step, detail: String)?
  /// The begin of a line of output whose end has not come yet.
  private var partial: [UInt8] = []

  /// - Parameter log: the file that gets the same text, without colours.
  public init(terminal: Terminal, log: String?) throws {
    self.terminal = terminal
    self.log = try log.map { try FileDescriptor(path: $0, .append, mode: 0o600) }
  }

  public func begin(_ headline: Headline) {
    let from = headline.branch.map { " (\($0))" } ?? ""
    say("\(headline.app)\(from): \(headline.commit.id.short) \(headline.commit.subject)")
    say(headline.detected)
  }

  public func start(_ step: Step, _ detail: String) { self.step = (step, detail) }

  public func output(_ bytes: [UInt8]) {
    if let step {
      say("\(step.name.rawValue.padded(to: Self.width))  \(step.detail)")
      self.step = nil
    }
    partial += bytes
    while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
      sayOutput(partial[..<end])
      partial.removeSubrange(...end)
    }
    if partial.count > 16_384 { flush() }
  }

  public func finish(_ step: Step, _ result: String, seconds: Double) {
    flush()
    let line = "\(step.rawValue.padded(to: Self.width))  \(result.padded(to: 48))  \(Self.format(seconds))"
    say(line)
  }

  public func warn(_ text: String) { say("warning: \(text)", .yellow) }

  public func note(_ text: String) { say(text, .grey) }

  public func succeed(_ result: Success) {
    say("live: \(result.url)", .green)
    say("release \(result.release), total \(Self.format(result.seconds))")
  }

  public func fail(_ step: Step, _ failure: Failure, live: ReleaseID?) {
    flush()
    say("FAILED at \(step.rawValue): \(failure.attempt)", .red)
    for line in Self.details(of: failure) { say(line) }
    say(live.map { "The old release \($0) is still live." } ?? "No release of this app is live yet.")
  }

  /// A failure outside of a deploy.
  public static func lines(of failure: Failure) -> [String] {
    (["nextdeploy: \(failure.attempt)"] + details(of: failure)).map(VisibleText.line)
  }

  private static func details(of failure: Failure) -> [String] {
    let excerpt = failure.excerpt.isEmpty ? [] : ["  last lines:"] + failure.excerpt.map { "    \($0)" }
    return ["  \(failure.cause)"] + excerpt + ["  next: \(failure.next)"]
  }

  private static let width = Step.allCases.map(\.rawValue.count).max() ?? 0

  /// Seconds with two digits behind the point.
  private static func format(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }

  private func flush() {
    if !partial.isEmpty { sayOutput(partial[...]) }
    partial = []
    step = nil
  }

  private func sayOutput(_ line: ArraySlice<UInt8>) {
    say("    " + String(decoding: line, as: UTF8.self))
  }

  /// The one way out: names of files, versions and messages in a line can be whatever a commit or a build says.
  private func say(_ line: String, _ colour: Terminal.Colour? = nil) {
    let line = VisibleText.line(line)
    if hasListener {
      let text = colour.map { terminal.coloured(line, $0) } ?? line
      tell(text + "\n")
    }
    writeToLog(line)
  }

  /// Who does not read holds up nobody: the deploy goes on, and what it says is in its log.
  private func tell(_ text: String) {
    let start = ContinuousClock.now
    let delivery = CurrentProcess.write(text, to: 1, patience: min(.seconds(10), patience))
    patience -= ContinuousClock.now - start
    hasListener = delivery == .taken
    if delivery == .unread {
      writeToLog("nobody has read what is written here for 10 s: from here on it is only in this log")
    }
  }

  /// A log that cannot be written must not end the deploy: its pusher is told all the same.
  private func writeToLog(_ line: String) {
    do { try log?.write((line + "\n").utf8) } catch {
      if hasListener && !hasLogFailed { terminal.printError("warning: \(error)") }
      hasLogFailed = true
    }
  }
}
