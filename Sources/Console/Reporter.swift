public import Deploy
import Posix

/// Reports to the pusher, on standard output, what happens in a deploy.
public final class Reporter: EventSink {
  private let terminal: Terminal
  private let lost: (String) -> Void
  private var transcript = Transcript()
  /// How much longer, in total, it waits for its reader.
  private var patience = Duration.seconds(60)
  /// Whether anybody still reads what is written.
  public private(set) var hasListener = true

  /// - Parameter lost: called once, with a message, if nobody reads what is written here.
  public init(terminal: Terminal, lost: @escaping (String) -> Void = { _ in }) {
    self.terminal = terminal
    self.lost = lost
  }

  /// Shows an event.
  public func receive(_ event: Event) {
    if case .logged = event { return }
    for line in transcript.lines(event) where hasListener {
      tell((line.colour.map { terminal.coloured(line.text, $0) } ?? line.text) + "\n")
    }
  }

  /// A reader who does not read holds up nobody: the deploy goes on, and its messages are in its log.
  private func tell(_ text: String) {
    let start = ContinuousClock.now
    let delivery = CurrentProcess.write(text, to: 1, patience: min(.seconds(10), patience))
    patience -= ContinuousClock.now - start
    hasListener = delivery == .taken
    if delivery == .unread {
      lost("nobody has read what is written here for 10 s: from here on it is only in this log")
    }
  }

  /// The lines that report a failure outside of a deploy.
  public static func lines(of failure: Failure) -> [String] {
    (["nextdeploy: \(failure.attempt)"] + Transcript.details(of: failure)).map(VisibleText.line)
  }
}
