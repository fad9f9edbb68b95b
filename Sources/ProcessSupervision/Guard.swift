import Posix

/// A process between the builder and a command of an app: when the builder or the command has ended, for whatever
/// reason, nothing that the command started keeps running.
public enum Guard {
  /// The input for the guard of a command with this environment: `NAME=value`, each ended by a NUL.
  public static func input(_ environment: [String: String]) -> [UInt8] {
    Array(environment.map { "\($0.key)=\($0.value)\0" }.sorted().joined().utf8)
  }

  /// Runs a command in this process's directory, with its environment read from standard input, and returns the exit
  /// status to end with; throws if the command cannot be started.
  public static func run(_ arguments: [String], parent: Int32) throws -> Int32 {
    let signals = SignalQueue()
    try SignalQueue.terminateWithParent(parent)
    let variables = Fields.pairs(try CurrentProcess.standardInput())
    let environment = Dictionary(variables.map { (String($0.name), $0.value) }) { $1 }
    let command = Command(arguments, environment: environment, directory: CurrentProcess.directory)
    // Nothing starts any more once the parent is gone.
    if signals.next(within: .zero) != nil { return 143 }
    let group = try ProcessGroup(command)
    while true {
      switch signals.next(within: .seconds(3600)) {
      case .childEnded:
        while let ended = ChildProcess.reap() {
          if ended.id == group.leader.id {
            group.end()
            return ended.status.code
          }
        }
      case .terminate, .drain, .quit:
        group.end()
        return 143
      case nil: continue
      }
    }
  }
}
