/// What a build of the app on another machine is given, so that what it makes is what a build here would have made.
public struct BuildElsewhere {
  /// Its variables, by name.
  public let variables: [String: String]
  /// Names of the app's own variables that it is not given, for their values are about the machine that they are read on.
  public let leftOut: [String]
  /// The values among them that are secret.
  public let secrets: [String]

  /// Collects what a build is given.
  ///
  /// - Parameter id: what the build will be known by. A deploy that is to come must not get the same one.
  /// - Throws: also if Doppler keeps variables for the app, and does not give them.
  public init(id: ReleaseID, seams: Seams) throws {
    let all = try Deployment.complete(seams.variables.environment(), seams)
    // Here such a value has no effect; elsewhere nothing would come in its place.
    let environment = AppEnvironment(all.variables.filter { ProgramEnvironment.taken[$0.key] == nil })
    var given = ProgramEnvironment(.elsewhere, environment, base: [:])
    given.isNext = true
    let key = try ServerActionsKey.value(environment, own: given.own, seams)
    given.serverActionsKey = key
    given.identity = [AppProcess.nextDeployment: id.description]
    variables = given.variables.filter { !Self.isOfMachine($0.key) }
    leftOut = given.variables.keys.filter(Self.isOfMachine).sorted()
    let names = Set(variables.keys)
    secrets = AppEnvironment(environment.variables.filter { names.contains($0.key) }).secrets + [key]
  }

  /// Whether a name means something to the shell that reads it there, or to the linker of every program.
  private static func isOfMachine(_ name: String) -> Bool {
    ["PATH", "IFS", "SHELLOPTS"].contains(name) || numbersOfShells.contains(name) || name.hasPrefix("LD_")
      || name.hasPrefix("BASH")
  }

  /// What is assigned to one of these, bash, ksh or zsh computes, and runs what stands in `$(…)` in it, whatever its quotes
  /// were; of some a shell takes nothing.
  private static let numbersOfShells: Set = [
    "BAUD", "COLUMNS", "EGID", "EPOCHSECONDS", "ERRNO", "EUID", "FUNCNEST", "GID", "HISTCMD", "HISTSIZE", "KEYTIMEOUT",
    "LINENO", "LINES", "LISTMAX", "LOGCHECK", "MAILCHECK", "OPTIND", "PPID", "RANDOM", "SAVEHIST", "SECONDS", "SHLVL",
    "SRANDOM", "TMOUT", "TRY_BLOCK_ERROR", "TRY_BLOCK_INTERRUPT", "TTYIDLE", "UID",
  ]

  /// The variables as text for a POSIX shell, one after the other, in the order of their names.
  public var shellText: String {
    variables.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: "\n")
  }

  /// In single quotes nothing but their end means anything.
  private static func quoted(_ value: String) -> String {
    let parts = value.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    return "'" + parts.map { String(Substring($0)) }.joined(separator: #"'\''"#) + "'"
  }
}
