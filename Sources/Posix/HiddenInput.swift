import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads from a terminal without showing what is typed.
public enum HiddenInput {
  /// Reads one line from a terminal, without its line break; nil at the end of the input, or if a signal says to stop,
  /// which then takes effect once the terminal is restored.
  ///
  /// - Parameter terminal: its descriptor's number; standard input if it is not given.
  public static func line(from terminal: Int32 = 0) throws(SystemError) -> String? {
    var before = termios()
    try check("asking how it is", "the terminal") { unsafe tcgetattr(terminal, &before) }
    var waiting = sigset_t()
    var old = sigset_t()
    unsafe sigemptyset(&waiting)
    for signal in signals { unsafe sigaddset(&waiting, signal) }
    unsafe sigprocmask(SIG_BLOCK, &waiting, &old)
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    hidden.c_lflag |= tcflag_t(ICANON | ECHONL)
    // What was typed earlier stays visible, and is not taken for the answer.
    _ = unsafe tcsetattr(terminal, TCSAFLUSH, &hidden)
    defer {
      _ = unsafe tcsetattr(terminal, TCSAFLUSH, &before)
      unsafe sigprocmask(SIG_SETMASK, &old, nil)
    }
    var line: [UInt8] = []
    while true {
      let isReady = try FileDescriptor.isReady(terminal, POLLIN, within: .milliseconds(100), path: "the terminal")
      if isSignalled { return nil }
      if !isReady { continue }
      let bytes = try FileDescriptor.read(terminal, path: "the terminal", upTo: 4096)
      if bytes.isEmpty { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
      line += bytes
      if line.last == UInt8(ascii: "\n") { return String(decoding: line.dropLast(), as: UTF8.self) }
    }
  }

  /// The signals that end or stop a program.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

  private static var isSignalled: Bool {
    var pending = sigset_t()
    unsafe sigpending(&pending)
    return signals.contains { unsafe sigismember(&pending, $0) == 1 }
  }
}
