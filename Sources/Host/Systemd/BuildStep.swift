public import Deploy
import Posix

/// What a build's unit is asked to run, and where it writes: `apps/APP/build/`, in which it can make nothing.
struct BuildStep {
  let directory: String

  struct Request: Codable, Equatable {
    var arguments: [String]
    var environment: [String: String]
    var directory: String
  }

  var requestFile: String { "\(directory)/request.json" }
  var outputFile: String { "\(directory)/output" }

  /// Both files anew, for the group that builds run as.
  func prepare(_ request: Request, group: UInt32) throws {
    try StateFile.write(request, to: requestFile, mode: 0o640, durable: false)
    try Files.setGroup(requestFile, group)
    try Files.remove(outputFile)
    try Files.write("", to: outputFile, mode: 0o660, durable: false)
    try Files.setGroup(outputFile, group)
  }
}

/// What `nextdeploy-build@APP.service` runs.
public struct BuildLaunch {
  let app: AppName
  let step: BuildStep

  public init(_ app: AppName, layout: Layout) {
    self.app = app
    step = BuildStep(directory: layout.app(app).build)
  }

  /// Becomes the step's program, its output in the file that the pusher is shown; returns only where that fails.
  public func run() throws -> Never {
    guard let request = try StateFile.read(BuildStep.Request.self, step.requestFile) else {
      throw Failure("building \(app)", "there is no \(step.requestFile)", next: "Push again.")
    }
    let output = try FileDescriptor(path: step.outputFile, .appendExisting)
    try output.becomeOutput()
    CurrentProcess.become(
      Command(request.arguments, environment: request.environment, directory: request.directory))
  }
}
