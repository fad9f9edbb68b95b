import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is typed on a terminal without being shown there.
public enum HiddenInput {
  /// One line from standard input, without its end; nil if the input ends, or where a signal says to stop: the signal
  /// is then obeyed, once the terminal is as it was.
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
    // What was typed before stays shown, and is not taken for the answer.
    _ = unsafe tcsetattr(0, TCSAFLUSH, &hidden)
    defer {
      _ = unsafe tcsetattr(0, TCSAFLUSH, &before)
      unsafe sigprocmask(SIG_SETMASK, &old, nil)
    }
    var line: [UInt8] = []
    while true {
      var watched = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&watched, 1, 100)
      if isSignalled { return nil }
      if watched.revents == 0 { continue }
      let bytes = try FileDescriptor.read(0, path: "the terminal", upTo: 4096)
      if bytes.isEmpty { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
      line += bytes
      if line.last == UInt8(ascii: "\n") { return String(decoding: line.dropLast(), as: UTF8.self) }
    }
  }

  /// Those by which somebody ends or stops a program.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

  private static var isSignalled: Bool {
    var pending = sigset_t()
    unsafe sigpending(&pending)
    return signals.contains { unsafe sigismember(&pending, $0) == 1 }
  }
}
