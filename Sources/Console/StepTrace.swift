public import Deploy
import Posix

/// Puts the steps of a deploy on the timeline of this process.
public final class StepTrace: EventSink {
  private var began: UInt64 = 0

  /// Makes a sink that waits for the first step.
  public init() {}

  /// Notes when a step began and ended.
  public func receive(_ event: Event) {
    switch event {
    case .stepStarted: began = Trace.now
    case .stepFinished(let step, _, _): Trace.add("step \(step.rawValue)", since: began)
    case .began, .output, .warned, .noted, .logged, .live, .failed: break
    }
  }
}
