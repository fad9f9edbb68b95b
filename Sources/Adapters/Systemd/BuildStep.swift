public import Deploy
import FoundationEssentials
import Posix

/// What a unit that works for an app as another user is asked to do, and what it writes: two pipes in `apps/APP/build/`,
/// in which it can make nothing.
///
/// Pipes, for the request holds the app's secrets, and so may the output: neither is ever in a file.
struct BuildStep {
  let directory: String

  /// What a build's unit runs.
  struct Request: Codable, Equatable {
    /// As whom.
    var user: UInt32
    var arguments: [String]
    var environment: [String: String]
    var directory: String
  }

  var requestPipe: String { "\(directory)/request" }
  var outputPipe: String { "\(directory)/output" }

  /// The request on its way to the unit. Builds can read the pipe, but only this step's unit finds something in it.
  struct Sending: ~Copyable {
    private var pipe: NamedPipe
    private var rest: ArraySlice<UInt8>

    fileprivate init(_ bytes: [UInt8], through pipe: consuming NamedPipe) {
      rest = bytes[...]
      self.pipe = pipe
    }

    /// Goes on; false once all is sent. The pipe is then to be closed, which is how its reader sees the end.
    mutating func goOn() throws -> Bool {
      do { rest = try pipe.write(rest) } catch {
        // The unit has ended; systemd says how.
        if error.isBrokenPipe { return false }
        throw error
      }
      return !rest.isEmpty
    }
  }

  func send(_ request: some Encodable, group: UInt32) throws -> Sending {
    let bytes = Array(try JSONEncoder().encode(request))
    return Sending(bytes, through: try NamedPipe(path: requestPipe, group: group, mode: 0o640))
  }

  /// Builds can write to it and not read.
  func output(group: UInt32) throws -> NamedPipe {
    var pipe = try NamedPipe(path: outputPipe, group: group, mode: 0o620)
    try pipe.startReading()
    return pipe
  }

  /// What the unit is asked for, as it finds that.
  func request<Request: Decodable>(_ type: Request.Type, _ app: AppName) throws -> Request {
    guard let bytes = try Files.read(requestPipe), let request = try? JSONDecoder().decode(type, from: Data(bytes))
    else {
      throw Failure("working for \(app)", "nothing is asked of it in \(requestPipe)", next: "Push again.")
    }
    return request
  }

  /// Where the unit writes to, opened while it may.
  func outputOfUnit() throws -> FileDescriptor { try FileDescriptor(path: outputPipe, .appendExisting) }
}

/// What `nextdeploy-build@APP.service` runs.
public struct BuildRun {
  let app: AppName
  let step: BuildStep

  /// Makes the run of an app's build unit, which finds its request below the layout's root.
  public init(_ app: AppName, layout: Layout) {
    self.app = app
    step = BuildStep(directory: layout.app(app).build)
  }

  /// Becomes the app's build user and then the step's program, its output in the pipe that the pusher is shown; returns
  /// only where that fails.
  public func run() throws -> Never {
    let request = try step.request(BuildStep.Request.self, app)
    let output = try step.outputOfUnit()
    try output.becomeOutput()
    try AppUsers.becomeBuilder(request.user, for: app)
    CurrentProcess.become(
      Command(request.arguments, environment: request.environment, directory: request.directory))
  }
}
