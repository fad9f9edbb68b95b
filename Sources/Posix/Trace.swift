import CPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A timeline of what this process does, for whoever asks for one with NEXTDEPLOY_TRACE=1: where each millisecond goes.
///
/// It holds names of steps and programs, and no arguments: what they are given may be anybody's.
public enum Trace {
  /// The variable that asks for it.
  public static let variable = "NEXTDEPLOY_TRACE"

  /// Whether somebody asked for it.
  public static let isOn = unsafe getenv(variable).map { unsafe String(cString: $0) } == "1"

  private static let events = Mutex<[String]>([])

  /// Does some work, and notes how long it took.
  @discardableResult public static func span<Result, Problem: Error>(
    _ name: @autoclosure () -> String, _ work: () throws(Problem) -> Result
  ) throws(Problem) -> Result {
    guard isOn else { return try work() }
    let start = now
    defer { add(name(), since: start) }
    return try work()
  }

  /// Notes what has taken the time since a moment.
  public static func add(_ name: String, since start: UInt64) {
    let plain = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || " -_./@:,".contains($0)) }
    let (begin, end) = (start / 1000, now / 1000)
    let event =
      "{\"name\":\"\(plain)\",\"ph\":\"X\",\"ts\":\(begin),\"dur\":\(end - begin),\"pid\":1,\"tid\":\(CurrentProcess.id)}"
    events.withLock { $0.append(event) }
  }

  /// A moment, in nanoseconds since the machine was started: the same for all processes.
  public static var now: UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Takes out what was noted so far, a line each.
  public static func taken() -> [String] {
    events.withLock { noted in
      defer { noted = [] }
      return noted
    }
  }

  /// Adds what another process has noted; other lines are left out.
  public static func add(noted lines: [String]) {
    events.withLock { $0 += lines.filter { $0.hasPrefix("{\"name\":") } }
  }

  /// All that was noted, in the format that ui.perfetto.dev and Chrome read, with the whole around it; nil if there is
  /// nothing to tell, or another process tells it.
  public static func text(of whole: String, since start: UInt64) -> String? {
    var lines = taken()
    if lines.isEmpty { return nil }
    add(whole, since: start)
    lines += taken()
    return "{\"traceEvents\":[\n\(lines.joined(separator: ",\n"))\n]}"
  }
}

extension Command {
  /// The program and what it is to do, as in "systemctl start", for ``Trace``.
  var traceName: String {
    let words = arguments.prefix(1).map { String($0.split(separator: "/").last ?? "") }
    let verb = arguments.dropFirst().first { $0.first != "-" && $0.allSatisfy { $0.isLetter || $0 == "-" } }
    return (words + [verb].compactMap(\.self)).joined(separator: " ")
  }
}
