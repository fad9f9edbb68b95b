import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A child process that this process started.
public struct ChildProcess: Sendable {
  /// The process id.
  public let id: Int32

  /// Where a child's standard input, output and errors go.
  public enum Stream: Sendable {
    case null
    case inherited
    /// A descriptor of this process.
    case descriptor(Int32)
    /// A file, which is appended to.
    case file(String)
  }

  /// The process group or session that the child runs in.
  public enum Family: Sendable {
    /// The parent's own process group: a terminal's Ctrl-C reaches both.
    case parents
    /// A group of its own, which can be signalled as a whole, and holds no descriptor that this process inherited.
    case ownGroup
    /// A session of its own: it outlives the terminal and the connection, and holds none of their descriptors either.
    case ownSession
  }

  /// Starts a program, with no signal blocked or ignored; throws if it cannot be started.
  public init(
    _ command: Command, input: Stream = .null, output: Stream = .inherited, errors: Stream = .inherited,
    family: Family = .parents
  ) throws(SystemError) {
    let path = try command.program()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (stream, target) in [(input, Int32(0)), (output, 1), (errors, 2)] {
      switch stream {
      case .inherited: break
      case .null:
        unsafe posix_spawn_file_actions_addopen(&actions, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0)
      case .descriptor(let number): unsafe posix_spawn_file_actions_adddup2(&actions, number, target)
      case .file(let file):
        unsafe posix_spawn_file_actions_addopen(&actions, target, file, O_WRONLY | O_APPEND | O_CREAT, 0o640)
      }
    }
    #if os(Linux)
      // Otherwise whoever waits for the end of a pipe that this process inherited would wait for the child too.
      if family != .parents { unsafe nextdeploy_spawn_without(&actions, 3) }
      unsafe nextdeploy_spawn_in(&actions, command.directory)
    #else
      unsafe posix_spawn_file_actions_addchdir_np(&actions, command.directory)
    #endif

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    switch family {
    case .parents: break
    case .ownGroup:
      flags |= POSIX_SPAWN_SETPGROUP
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
    case .ownSession:
      #if canImport(Glibc)
        flags |= 0x80  // POSIX_SPAWN_SETSID, which glibc declares for _GNU_SOURCE only
      #else
        flags |= POSIX_SPAWN_SETSID
      #endif
    }
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)

    var child: pid_t = 0
    let status = unsafe CStrings.with(command.arguments) { arguments in
      unsafe CStrings.with(command.environmentStrings) { environment in
        unsafe posix_spawn(&child, path, &actions, &attributes, arguments, environment)
      }
    }
    guard status == 0 else { throw SystemError("starting", path, code: status) }
    id = child
  }

  /// Waits for the child to end.
  public func wait() throws(SystemError) -> ExitStatus {
    var status: Int32 = 0
    try check("waiting for process", String(id)) { unsafe waitpid(id, &status, 0) }
    return ExitStatus(wait: status)
  }

  /// How the child ended; nil while it runs.
  public func poll() throws(SystemError) -> ExitStatus? {
    var status: Int32 = 0
    let ended = try check("waiting for process", String(id)) { unsafe waitpid(id, &status, WNOHANG) }
    return ended == 0 ? nil : ExitStatus(wait: status)
  }

  /// Any child that has ended, and how; nil if none has.
  public static func reap() -> (id: Int32, status: ExitStatus)? {
    var status: Int32 = 0
    let id = unsafe waitpid(-1, &status, WNOHANG)
    return id > 0 ? (id, ExitStatus(wait: status)) : nil
  }

  /// Runs a program to its end, and passes on what it writes to either stream as it comes.
  ///
  /// - Parameters:
  ///   - input: its standard input, which it must read before it writes much.
  ///   - errors: where its errors go; nil for the same place as its output.
  ///   - watch: called several times a second while it runs; if it throws, the program is asked to end (SIGTERM) and
  ///     waited for.
  public static func run(
    _ command: Command, input: [UInt8] = [], errors: Stream? = nil, family: Family = .parents,
    watch: () throws -> Void = {}, output: ([UInt8]) throws -> Void
  ) throws -> ExitStatus {
    let began = Trace.now
    defer { if Trace.isOn { Trace.add(command.traceName, since: began) } }
    let pipe = try Pipe()
    let child = try start(command, reading: input, errors: errors, family: family, writer: pipe.writer)
    do {
      while true {
        try watch()
        if try !pipe.reader.isReadable(within: .milliseconds(100)) { continue }
        let bytes = try pipe.reader.read(upTo: 65_536)
        if bytes.isEmpty { break }
        try output(bytes)
      }
    } catch {
      _ = kill(child.id, SIGTERM)
      // The original error is the one to report.
      _ = try? child.wait()
      throw error
    }
    return try child.wait()
  }

  /// Runs a program until it has written enough or ends, and kills it if it still runs.
  ///
  /// - Parameter isEnough: called with everything written so far.
  /// - Returns: how it ended, or nil if it was killed because it had written enough.
  public static func run(_ command: Command, input: [UInt8], until isEnough: ([UInt8]) -> Bool) throws -> (
    status: ExitStatus?, output: [UInt8]
  ) {
    let began = Trace.now
    defer { if Trace.isOn { Trace.add(command.traceName, since: began) } }
    let pipe = try Pipe()
    let child = try start(command, reading: input, errors: .null, family: .parents, writer: pipe.writer)
    var output: [UInt8] = []
    while true {
      let bytes = try pipe.reader.read(upTo: 65_536)
      if bytes.isEmpty { return (try child.wait(), output) }
      output += bytes
      if isEnough(output) { break }
    }
    ProcessIdentity(of: child.id)?.signal(.kill)
    _ = try child.wait()
    return (nil, output)
  }

  /// Runs a program to its end and collects what it writes to either stream.
  public static func run(_ command: Command) throws -> (status: ExitStatus, output: String) {
    var output: [UInt8] = []
    let status = try run(command) { output += $0 }
    return (status, String(decoding: output, as: UTF8.self))
  }

  /// Runs a program to its end on this process's own streams, and collects what any process below it writes to the
  /// descriptor whose number is in the environment variable `variable`.
  public static func run(_ command: Command, reportingTo variable: String) throws -> (
    status: ExitStatus, report: [UInt8]
  ) {
    try Trace.span(command.traceName) {
      let pipe = try Pipe()
      let status = try wait(for: command, variable: variable, writer: pipe.writer)
      return (status, try pipe.reader.readToEnd())
    }
  }

  /// Closes this process's end of the pipe afterwards, so that the reader sees the end.
  private static func wait(
    for command: Command, variable: String, writer: consuming FileDescriptor
  ) throws -> ExitStatus {
    var command = command
    command.environment[variable] = String(writer.number)
    try check("configuring", "a pipe") { fcntl(writer.number, F_SETFD, 0) }
    return try ChildProcess(command, input: .inherited).wait()
  }

  /// Starts the program, writes to its standard input, and closes this process's end of the pipe for its output, so that
  /// the reader sees the end.
  private static func start(
    _ command: Command, reading input: [UInt8], errors: Stream?, family: Family, writer: consuming FileDescriptor
  ) throws(SystemError) -> ChildProcess {
    let pipe = try Pipe()
    let child = try ChildProcess(
      command, input: input.isEmpty ? .null : .descriptor(pipe.reader.number), output: .descriptor(writer.number),
      errors: errors ?? .descriptor(writer.number), family: family)
    try feed(input, to: pipe.intoWriter())
    return child
  }

  /// Writes everything and closes the pipe. A program that ends without reading it reports why by its exit status.
  private static func feed(_ input: [UInt8], to writer: consuming FileDescriptor) throws(SystemError) {
    do { try writer.write(input) } catch { if !error.isBrokenPipe { throw error } }
  }
}

/// Both ends of a pipe.
struct Pipe: ~Copyable {
  let reader: FileDescriptor
  let writer: FileDescriptor

  init() throws(SystemError) {
    var ends: [Int32] = [0, 0]
    try check("making", "a pipe") { Self.systemPipe(&ends) }
    reader = FileDescriptor(ends[0], path: "a pipe")
    writer = FileDescriptor(ends[1], path: "a pipe")
  }

  /// The writing end; the other is closed, so that writing fails if no other process reads.
  consuming func intoWriter() -> FileDescriptor { writer }

  private static func systemPipe(_ ends: inout [Int32]) -> Int32 {
    #if os(Linux)
      unsafe nextdeploy_pipe(&ends, O_CLOEXEC)
    #else
      unsafe Darwin.pipe(&ends)
    #endif
  }
}
