import Deploy
import Posix

/// One run of a unit that works for an app as another user: for a build, or on its files.
struct StepUnit {
  let name: String
  let step: BuildStep
  let systemctl: Systemctl
  /// The group of builds.
  let group: UInt32

  /// Asks the unit, which is started unless it waits already, and waits until it is done.
  ///
  /// - Parameters:
  ///   - isDone: whether its output is everything; otherwise only its end tells, with everything it left running.
  ///   - output: called with the unit's output, as it comes.
  ///   - look: called again and again meanwhile; if it throws, the unit is killed at once.
  func run(
    _ request: some Encodable, until isDone: () -> Bool = { false }, output: ([UInt8]) throws -> Void,
    meanwhile look: () throws -> Void = {}
  ) throws -> JobResult {
    var sending: BuildStep.Sending? = try step.send(request, group: group)
    let pipe = try step.output(group: group)
    let words = "\(step.directory)/systemctl"
    try Files.remove(words)
    var child: ChildProcess?
    do {
      var end: ExitStatus?
      var starts = 0
      while true {
        if try sending?.goOn() == false { sending = nil }
        if end == nil { try look() }
        // After its end, the last output is read once more; a process it left behind may keep the pipe open forever.
        let bytes = try pipe.read(
          upTo: 65_536, within: .milliseconds(end != nil ? 0 : sending != nil ? 2 : 10))
        if !bytes.isEmpty {
          try output(bytes)
          if isDone() {
            // It would wait until the unit is gone.
            if let child, end == nil {
              ProcessIdentity(of: child.id)?.signal(.terminate)
              _ = try child.wait()
            }
            return .succeeded
          }
        } else if end != nil {
          break
        } else {
          end = try child?.poll()
          let isGone = child == nil ? !Units.hasProcesses(name) : end?.isSuccess == true
          if isGone, sending != nil, starts < 3 {
            // It does not run, or ran for something else or in vain, and ended before it was asked. One that waits is not
            // started again: where it is done before systemd is told, that would be another one, with nothing to do.
            child = try ChildProcess(
              systemctl.command(["start", name]), output: .file(words), errors: .file(words), family: .ownGroup)
            (end, starts) = (nil, starts + 1)
          } else if isGone, child == nil {
            end = .exited(1)
          }
        }
      }
      return try result(end ?? .exited(1), hasBegun: sending == nil, words: words)
    } catch {
      // The original error is the one to report. The disk may be full, so the unit is killed without being asked to
      // end.
      try? systemctl.run(["kill", "--signal=SIGKILL", name])
      try? systemctl.run(["stop", name])
      _ = try? child?.wait()
      throw error
    }
  }

  private func result(_ start: ExitStatus, hasBegun: Bool, words: String) throws -> JobResult {
    if start.isSuccess { return .succeeded }
    let properties = try systemctl.show(name, ["Result", "ExecMainCode", "ExecMainStatus"])
    if let result = Self.result(properties, hasBegun: hasBegun) { return result }
    throw Systemctl.refusal(["start", name], start, try Files.text(words) ?? "")
  }

  /// How a failed step ended; nil if it did not start.
  ///
  /// - Parameter hasBegun: whether it has read its request; until then, an exit code is not the step's own.
  static func result(_ properties: [String: String], hasBegun: Bool) -> JobResult? {
    let status = properties["ExecMainStatus"].flatMap { Int32($0) } ?? 0
    switch properties["Result"] {
    case "oom-kill": return .killed
    case "exit-code" where hasBegun: return status == 137 ? .killed : .failed(exitCode: status)
    case "signal", "core-dump": return status == 9 ? .killed : .failed(exitCode: 128 + status)
    case "timeout", "watchdog": return .failed(exitCode: 124)
    default: return nil
    }
  }

  /// Stops units that still run: they do not end with the builder that started them.
  static func endLeftovers(_ units: [String], _ systemctl: Systemctl) throws {
    // To ask systemd takes longer.
    if !units.contains(where: { Units.hasProcesses($0) || Units.isEdited($0) }) { return }
    let states = try systemctl.states(of: units)
    if states.count == units.count && states.allSatisfy({ ["inactive", "failed"].contains($0) }) { return }
    try systemctl.run(["stop"] + units)
  }
}
