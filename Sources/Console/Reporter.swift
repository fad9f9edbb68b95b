public import Deploy
import Posix

/// Tells whoever pushed what happens, on standard output.
public final class Reporter: EventSink {
  private let terminal: Terminal
  private let lost: (String) -> Void
  private var transcript = Transcript()
  /// How long its reader is still waited for, in all.
  private var patience = Duration.seconds(60)
  /// Whether anybody still takes what is written.
  public private(set) var hasListener = true

  /// - Parameter lost: is told, once, where nobody reads what is written here.
  public init(terminal: Terminal, lost: @escaping (String) -> Void = { _ in }) {
    self.terminal = terminal
    self.lost = lost
  }

  /// Shows an event.
  public func receive(_ event: Event) {
    for line in transcript.lines(event) where hasListener {
      tell((line.colour.map { terminal.coloured(line.text, $0) } ?? line.text) + "\n")
    }
  }

  /// Who does not read holds up nobody: the deploy goes on, and what it says is in its log.
  private func tell(_ text: String) {
    let start = ContinuousClock.now
    let delivery = CurrentProcess.write(text, to: 1, patience: min(.seconds(10), patience))
    patience -= ContinuousClock.now - start
    hasListener = delivery == .taken
    if delivery == .unread {
      lost("nobody has read what is written here for 10 s: from here on it is only in this log")
    }
  }

  /// A failure outside of a deploy.
  public static func lines(of failure: Failure) -> [String] {
    (["nextdeploy: \(failure.attempt)"] + Transcript.details(of: failure)).map(VisibleText.line)
  }
}
