import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads from a terminal without showing what is typed.
public enum HiddenInput {
  /// Reads one line from standard input, without its line break; nil at the end of the input, or if a signal says to
  /// stop, which then takes effect once the terminal is restored.
  public static func line() throws(SystemError) -> String? {
    var before = termios()
    try check("asking how it is", "the terminal") { unsafe tcgetattr(0, &before) }
    var waiting = sigset_t()
    var old = sigset_t()
    unsafe sigemptyset(&waiting)
    for signal in signals { unsafe sigaddset(&waiting, signal) }
    unsafe sigprocmask(SIG_BLOCK, &waiting, &old)
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    hidden.c_lflag |= tcflag_t(ICANON | ECHONL)
    // What was typed earlier stays visible, and is not taken for the answer.
    _ = unsafe tcsetattr(0, TCSAFLUSH, &hidden)
    defer {
      _ = unsafe tcsetattr(0, TCSAFLUSH, &before)
      unsafe sigprocmask(SIG_SETMASK, &old, nil)
    }
    var line: [UInt8] = []
    while true {
      let isReady = try FileDescriptor.isReady(0, POLLIN, within: .milliseconds(100), path: "the terminal")
      if isSignalled { return nil }
      if !isReady { continue }
      let bytes = try FileDescriptor.read(0, path: "the terminal", upTo: 4096)
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
