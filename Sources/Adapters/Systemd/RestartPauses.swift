import Deploy
import Posix
import ProcessSupervision

/// The growing pauses before an instance is restarted; `nextdeploy launch` waits for them.
///
/// systemd's own pause is always the same. Its RestartSteps= (version 254 and later; Debian 12 has 252) never starts
/// over: an app that ends once a month would come back more slowly each time, until an admin resets its count.
struct RestartPauses {
  /// A file beside service.json that the unit may write.
  let path: String

  /// The unit's RestartSec=, which systemd waits each time.
  static let first = Duration.seconds(1)

  /// Forgets all earlier starts. nextdeploy creates the file, in a directory that the unit cannot write to.
  func begin() throws { try Files.write("", to: path, mode: 0o660, durable: false) }

  /// Does the same from inside the unit, so that stopping and starting an instance needs no wait.
  func forget() throws { if Files.exists(path) { try write("") } }

  /// Notes how the app ended, in words.
  func note(_ exit: String) throws {
    guard Files.exists(path) else { return }
    let file = try FileDescriptor(path: path, .append)
    try file.write("\(exit)\n".utf8)
  }

  /// How the app last ended, if its next start must wait; nil if that is unknown.
  var exit: String? {
    get throws { try Files.text(path)?.split(separator: "\n").dropFirst().first.map(String.init) }
  }

  /// Whether the app runs since its first start: none has followed, and it has not ended.
  var isFirstRun: Bool {
    get throws {
      let lines = try Files.text(path)?.split(separator: "\n") ?? []
      return lines.count == 1 && lines[0].hasSuffix(" 0")
    }
  }

  /// Waits if the instance was started before and ended soon.
  ///
  /// - Parameter report: called with how long it waits, if that is longer than systemd has waited.
  func wait(_ report: (String) -> Void) throws {
    // An instance that an earlier nextdeploy started has no such file.
    guard let text = try Files.text(path) else { return }
    let pause = Self.pause(after: text, now: WallClock.now)
    if pause > Self.first {
      report("the app ended soon after its start, again; it is started after \(pause.components.seconds) s")
      Pause.for(pause - Self.first)
    }
    try write("\(WallClock.now) \(pause.components.seconds)\n")
  }

  /// How long the next start waits; zero for the first.
  ///
  /// - Parameter text: when the last start was and how many seconds it waited, as "1795566741 4" in the first line.
  static func pause(after text: String, now: Int) -> Duration {
    let numbers = text.prefix { $0 != "\n" }.split(separator: " ").map { Int($0) }
    guard numbers.count == 2, let began = numbers[0], let last = numbers[1] else { return .zero }
    var backoff = Backoff(first: first, last: last == 0 ? nil : .seconds(last))
    return backoff.next(afterRunning: .seconds(now - began))
  }

  /// Overwrites the file in place, since the directory is read-only to the unit.
  private func write(_ text: String) throws {
    let file = try FileDescriptor(path: path, .replace)
    try file.write(text.utf8)
  }
}
