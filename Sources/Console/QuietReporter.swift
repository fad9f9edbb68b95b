public import Deploy

/// Tells on standard error what recovery does, so that a command's own output stays what it is.
public struct QuietReporter: EventSink {
  private let terminal: Terminal

  /// Tells it through this terminal.
  public init(terminal: Terminal) { self.terminal = terminal }

  /// Shows what is worth knowing of an event.
  public func receive(_ event: Event) {
    switch event {
    case .warned(let text): terminal.printError("warning: \(text)")
    case .noted(let text): terminal.printError(text)
    case .failed(_, let failure, _): terminal.printError("\(failure)")
    case .began, .stepStarted, .output, .stepFinished, .live: break
    }
  }
}
