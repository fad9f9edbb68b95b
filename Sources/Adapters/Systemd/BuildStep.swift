public import Deploy
import FoundationEssentials
import Posix

/// How a unit that works for an app as another user is told what to do, and returns its output: two pipes in
/// `apps/APP/build/`, where the unit cannot create anything.
///
/// They are pipes because the request contains the app's secrets, and the output may: neither is ever in a file.
struct BuildStep {
  let directory: String
  /// What the names of the pipes begin with.
  private let prefix: String

  private init(_ directory: String, _ prefix: String) {
    self.directory = directory
    self.prefix = prefix
  }

  /// A step of a build.
  static func build(in directory: String) -> BuildStep { BuildStep(directory, "") }

  /// Work on files. Its unit may be started for nothing, and would then take what a build is asked for.
  static func files(in directory: String) -> BuildStep { BuildStep(directory, "files-") }

  /// What a build's unit is to run.
  struct Request: Codable, Equatable {
    /// The number of the user to run as.
    var user: UInt32
    var arguments: [String]
    var environment: [String: String]
    var directory: String
  }

  var requestPipe: String { "\(directory)/\(prefix)request" }
  var outputPipe: String { "\(directory)/\(prefix)output" }

  /// A request that is being sent to the unit. Builds can read the pipe, but only this step's unit finds anything in
  /// it.
  struct Sending: ~Copyable {
    private var pipe: NamedPipe
    private var rest: ArraySlice<UInt8>

    fileprivate init(_ bytes: [UInt8], through pipe: consuming NamedPipe) {
      rest = bytes[...]
      self.pipe = pipe
    }

    /// Sends more; false once everything is sent. The pipe must then be closed, which is how its reader sees the end.
    mutating func goOn() throws -> Bool {
      do { rest = try pipe.write(rest) } catch {
        // The unit has ended; systemd reports how.
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

  /// Builds can write to the pipe but not read from it.
  func output(group: UInt32) throws -> NamedPipe {
    var pipe = try NamedPipe(path: outputPipe, group: group, mode: 0o620)
    try pipe.startReading()
    return pipe
  }

  /// The request, as the unit reads it; nil if none comes within 10 s.
  func request<Request: Decodable>(_ type: Request.Type, _ app: AppName) throws -> Request? {
    guard let bytes = try NamedPipe.receive(requestPipe, within: .seconds(10)) else { return nil }
    guard let request = try? JSONDecoder().decode(type, from: Data(bytes)) else {
      throw Failure("working for \(app)", "what is asked of it in \(requestPipe) is damaged", next: "Push again.")
    }
    return request
  }

  /// The pipe for the unit's output, opened while the unit is still allowed to.
  func outputOfUnit() throws -> FileDescriptor { try FileDescriptor(path: outputPipe, .appendExisting) }
}

/// What `nextdeploy-build@APP.service` runs.
public struct BuildRun {
  let app: AppName
  let step: BuildStep

  /// Makes the run of an app's build unit, which finds its request below the layout's root.
  public init(_ app: AppName, layout: Layout) {
    self.app = app
    step = .build(in: layout.app(app).build)
  }

  /// Becomes the app's build user and then the step's program, whose output goes to the pipe that the pusher is shown;
  /// throws if it cannot.
  public func run() throws -> Never {
    guard let request = try step.request(BuildStep.Request.self, app) else {
      throw Failure("building \(app)", "nothing is asked for in \(step.requestPipe)", next: "Push again.")
    }
    let output = try step.outputOfUnit()
    try output.becomeOutput()
    try AppUsers.becomeBuilder(request.user, for: app)
    CurrentProcess.become(
      Command(request.arguments, environment: request.environment, directory: request.directory))
  }
}
