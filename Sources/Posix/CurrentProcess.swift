#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This process, and what it inherited.
public enum CurrentProcess {
  /// The process id.
  public static var id: Int32 { getpid() }

  /// The process id of the parent, which is another one once the parent has ended.
  public static var parent: Int32 { getppid() }

  /// Whether the effective user is root.
  public static var isRoot: Bool { geteuid() == 0 }

  /// The number of the effective user.
  public static var user: UInt32 { UInt32(geteuid()) }

  /// The number of the group whose permissions this process has.
  public static var group: UInt32 { UInt32(getegid()) }

  /// The absolute path of this program's file.
  public static var executable: String { Files.resolved("/proc/self/exe") }

  /// The absolute path of the working directory, with links followed.
  public static var directory: String { Files.resolved(".") }

  /// The environment that this process was started with.
  public static var environment: [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      if let equals = unsafe strchr(text, Int32(UInt8(ascii: "="))) {
        let name = unsafe UnsafeRawBufferPointer(start: text, count: equals - text)
        variables[unsafe String(decoding: name, as: UTF8.self)] = unsafe String(cString: equals + 1)
      }
      unsafe entry += 1
    }
    return variables
  }

  /// Ends this process with an exit status.
  public static func exit(_ status: Int32) -> Never { systemExit(status) }

  /// Whether a descriptor is a terminal; 1 is standard output.
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// What happened to a text that was written for a reader.
  public enum Delivery: Sendable {
    case taken
    /// Nobody reads any more.
    case gone
    /// There is a reader, but it has not read the text.
    case unread
  }

  /// Writes as much to a descriptor as its reader takes, waiting at most `patience` each time.
  @discardableResult
  public static func write(_ text: String, to descriptor: Int32, patience: Duration = .seconds(10)) -> Delivery {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      guard (try? FileDescriptor.isReady(descriptor, Int32(POLLOUT), within: patience, path: "output")) == true else {
        return .unread
      }
      let count = unsafe rest.withUnsafeBytes {
        // A pipe that is ready takes this much without blocking, and is not guaranteed to take more (PIPE_BUF).
        unsafe FileDescriptor.systemWrite(descriptor, $0.baseAddress, min($0.count, 4_096))
      }
      if count == -1 && errno == EINTR { continue }
      if count <= 0 { return .gone }
      rest = rest.dropFirst(count)
    }
    return .taken
  }

  /// Reads standard input to its end.
  public static func standardInput() throws(SystemError) -> String {
    let input = FileDescriptor(try check("reading", "standard input") { dup(0) }, path: "standard input")
    return String(decoding: try input.readToEnd(), as: UTF8.self)
  }

  /// Replaces this process with another program; throws if that fails.
  public static func replace(with command: Command) throws(SystemError) -> Never {
    let path = try command.program()
    unsafe CStrings.with(command.arguments) { arguments in
      unsafe CStrings.with(command.environmentStrings) { environment in
        _ = unsafe execve(path, arguments, environment)
      }
    }
    throw SystemError("starting", path)
  }

  /// Enters the command's directory and replaces this process with the program; if that fails, prints the reason and
  /// exits with 127, as a shell does.
  public static func become(_ command: Command) -> Never {
    do {
      try enter(command.directory)
      try replace(with: command)
    } catch {
      _ = write("nextdeploy: \(error)\n", to: 2)
      exit(127)
    }
  }

  /// Changes the working directory.
  public static func enter(_ directory: String) throws(SystemError) {
    try check("entering", directory) { unsafe chdir(directory) }
  }

  /// Leaves the terminal's session, so that neither Ctrl-C nor the end of the terminal reaches this process.
  public static func detach() {
    _ = setsid()
    signal(SIGHUP, SIG_IGN)
    signal(SIGINT, SIG_IGN)
  }

  /// Makes a reader that goes away an error of `write`, instead of ending this process.
  public static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  private static func systemExit(_ status: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(status)
    #else
      Darwin.exit(status)
    #endif
  }
}
