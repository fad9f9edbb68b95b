public import Deploy
import Posix

/// The log of a deploy: what the pusher sees, without colours, and what is only for the log.
public final class DeployLog: EventSink {
  private let file: FileDescriptor
  private var transcript = Transcript()
  private var hasFailed = false
  /// Called once with the error that prevents the log from being written, which must not end the deploy.
  public var whenFailing: (any Error) -> Void = { _ in }

  /// Opens the file, creating it if it is missing.
  public init(path: String) throws { file = try FileDescriptor(path: path, .append, mode: 0o600) }

  /// Appends an event.
  public func receive(_ event: Event) { for line in transcript.lines(event) { write(line.text) } }

  /// Appends a line that is not an event's.
  public func write(_ line: String) {
    do { try file.write((line + "\n").utf8) } catch {
      if !hasFailed { whenFailing(error) }
      hasFailed = true
    }
  }
}
