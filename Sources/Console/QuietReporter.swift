public import Deploy

/// Reports on standard error what recovery does, so that a command's own output stays unchanged.
public struct QuietReporter: EventSink {
  private let terminal: Terminal

  /// Makes a reporter that writes to this terminal.
  public init(terminal: Terminal) { self.terminal = terminal }

  /// Shows an event if it is worth knowing.
  public func receive(_ event: Event) {
    switch event {
    case .warned(let text): terminal.printError("warning: \(text)")
    case .noted(let text): terminal.printError(text)
    case .failed(_, let failure, _): terminal.printError("\(failure)")
    case .began, .stepStarted, .output, .stepFinished, .logged, .live: break
    }
  }
}
