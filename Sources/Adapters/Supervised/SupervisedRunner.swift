import Deploy
import Posix
import ProcessSupervision

/// Runs an app's installs and builds as children of this process, each under a guard.
struct SupervisedRunner: Runner {
  let app: AppName
  let layout: AppLayout
  /// The path of nextdeploy-supervisor.
  let supervisor: String

  /// Starts the job under a guard, which is given the job's variables on its standard input, and watches the disk.
  func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult {
    // The guard is not one of the app's processes, so the app's secrets must not be in its environment.
    let command = Command(
      [supervisor, "guard", String(CurrentProcess.id), layout.jobLock, "--"] + job.work.arguments, environment: [:],
      directory: job.directory)
    var space = try SpaceWatch(layout, of: app)
    let began = ContinuousClock.now
    // When the guard is asked to end, it ends everything that the job started.
    let status = try ChildProcess.run(
      command, input: Guard.input(job.environment),
      watch: {
        try space.look()
        try watch((ContinuousClock.now - began) / .seconds(1))
      }, output: output)
    if status.isSuccess { return .succeeded }
    return status.isKill ? .killed : .failed(exitCode: status.code)
  }

  /// Waits for the job's guard, which ends the job when the builder ends.
  func endLeftovers() throws { _ = try FileLock(waitingFor: layout.jobLock) }
}
