public import Deploy
import Posix

/// Puts the steps of a deploy on the timeline of this process.
public final class StepTrace: EventSink {
  private var began: UInt64?

  /// Makes a sink that waits for the first step.
  public init() {}

  /// Notes when a step began and ended.
  public func receive(_ event: Event) {
    switch event {
    case .stepStarted: began = Trace.now
    case .stepFinished(let step, _, _): end("step \(step.rawValue)")
    case .failed(let step, _, _): end("step \(step.rawValue), which failed")
    case .began, .output, .warned, .noted, .logged, .live: break
    }
  }

  private func end(_ name: String) {
    if let began { Trace.add(name, since: began) }
    began = nil
  }
}
