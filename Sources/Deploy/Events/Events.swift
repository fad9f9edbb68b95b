/// The one way out for all that a deploy says: every event is made safe for terminals and redacted here, once, then
/// handed to each sink.
public final class Events {
  private let sinks: [any EventSink]
  private var mask = Mask()

  /// Makes a stream that hands each event to these sinks, in this order.
  public init(_ sinks: [any EventSink]) { self.sinks = sinks }

  /// Redacts an event and hands it to every sink.
  public func emit(_ event: Event) { send(mask.redact(event)) }

  /// Tells the sinks of something that is not as it should be.
  public func warn(_ text: String) { emit(.warned(text)) }

  /// Tells the sinks of something worth knowing.
  public func note(_ text: String) { emit(.noted(text)) }

  /// Redacts these values from here on.
  func redact(_ secrets: [String]) { for secret in secrets { mask.add(secret) } }

  /// A failure without secrets, as it is told and may be written down.
  func redacted(_ failure: Failure) -> Failure { mask.redact(failure) }

  /// A step's result without secrets, as it may be written down.
  func redacted(_ result: String, of step: Step) -> String { mask.redact(result, of: step) }

  /// A relay for one program's output, which is told as it comes.
  func output() -> OutputRelay { OutputRelay(mask.stream()) { self.send(.output($0)) } }

  private func send(_ event: Event) { for sink in sinks { sink.receive(event) } }
}

extension Mask {
  fileprivate func redact(_ event: Event) -> Event {
    switch event {
    case .began(var headline):
      headline.commit = redact(headline.commit)
      headline.detected = redact(headline.detected)
      return .began(headline)
    case .stepStarted(let step, let detail): return .stepStarted(step, detail: redact(detail))
    case .output(let bytes): return .output(redact(bytes))
    case .stepFinished(let step, let result, let seconds):
      return .stepFinished(step, result: redact(result, of: step), seconds: seconds)
    case .warned(let text): return .warned(redact(text))
    case .noted(let text): return .noted(redact(text))
    case .logged(let text): return .logged(redact(text))
    case .live(var success):
      success.commit = redact(success.commit)
      return .live(success)
    case .failed(let step, let failure, let live): return .failed(step, redact(failure), live: live)
    }
  }

  /// From `route` on, results are NextDeploy's own words: the site's address, names of instances. That a variable has
  /// the same value does not make them secret.
  fileprivate func redact(_ result: String, of step: Step) -> String { step.isLate ? result : redact(result) }

  private func redact(_ commit: Commit) -> Commit {
    Commit(id: commit.id, tree: commit.tree, subject: redact(commit.subject))
  }
}

/// One program's output on its way to the sinks; its last part is kept for whoever asks why the program failed.
final class OutputRelay {
  private var visible = VisibleText(keepsLines: true)
  private var masked: Mask.Stream
  private var kept: [UInt8] = []
  private let tell: ([UInt8]) -> Void

  fileprivate init(_ masked: Mask.Stream, _ tell: @escaping ([UInt8]) -> Void) {
    self.masked = masked
    self.tell = tell
  }

  func add(_ bytes: [UInt8]) { show(masked.add(visible.add(bytes))) }

  /// Tells what was held back because it could have been the beginning of a secret.
  func end() { show(masked.add(visible.end()) + masked.end()) }

  /// The last of what was told.
  var tail: String { String(decoding: kept.suffix(32_768), as: UTF8.self) }

  /// The last lines of it.
  var lastLines: [String] { tail.split(whereSeparator: \.isNewline).suffix(20).map(String.init) }

  private func show(_ bytes: [UInt8]) {
    if bytes.isEmpty { return }
    kept += bytes
    if kept.count > 65_536 { kept.removeFirst(kept.count - 32_768) }
    tell(bytes)
  }
}
