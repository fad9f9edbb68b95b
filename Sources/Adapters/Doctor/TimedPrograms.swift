import Deploy
import Posix

/// Runs the machine's own programs with a time limit, so that none of them can hold up the other checks.
struct TimedPrograms: Sendable {
  let environment: [String: String]
  let seconds: Int

  init(environment: [String: String], seconds: Int = 5) {
    self.seconds = seconds
    // Programs write to their home directory; this one cannot be written to.
    self.environment = environment.merging(["HOME": "/proc"]) { _, own in own }
  }

  func run(_ arguments: [String]) throws -> (status: ExitStatus, output: String) {
    let line = arguments.joined(separator: " ")
    var bytes: [UInt8] = []
    let status = try ChildProcess.run(
      Command(["timeout", "--kill-after=1", "\(seconds)"] + arguments, environment: environment)
    ) {
      bytes += $0
      guard bytes.count > 8 << 20 else { return }
      throw Failure("running '\(line)'", "it writes and writes, more than 8 MB", next: "Run it yourself, and look.")
    }
    let output = String(decoding: bytes, as: UTF8.self)
    // timeout(1): 124 after the time limit, 137 if that took SIGKILL, 126 and 127 if the program could not start.
    switch status.code {
    case 124, 137:
      throw Failure("running '\(line)'", "it did not end within \(seconds) s", next: "Run it yourself, and wait.")
    case 126, 127:
      throw Failure("running '\(line)'", "\(arguments[0]) cannot be run", next: "Install \(arguments[0]).")
    default: return (status, output)
    }
  }

  /// What systemd knows about a unit, by property name.
  func unit(_ name: String, _ properties: [String]) throws -> [String: String] {
    let arguments = ["systemctl", "--no-pager", "show", "--property=\(properties.joined(separator: ","))", name]
    let (status, output) = try run(arguments)
    if !status.isSuccess { throw Systemctl.refusal(Array(arguments.dropFirst()), status, output) }
    return Systemctl.properties(output)
  }
}
