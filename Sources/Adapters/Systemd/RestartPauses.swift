import Deploy
import Posix
import ProcessSupervision

/// The growing pauses before an instance is started again, which `nextdeploy launch` waits.
///
/// systemd's own wait is always the same. Its RestartSteps= (254 and later; Debian 12 has 252) never begins anew:
/// an app that ends once a month would come back the slower each time, until an admin resets its count.
struct RestartPauses {
  /// A file that the unit may write, beside its service.json.
  let path: String

  /// What RestartSec= of the unit waits each time.
  static let first = Duration.seconds(1)

  /// Forgets all earlier starts; nextdeploy makes the file, in a directory that the unit cannot write to.
  func begin() throws { try Files.write("", to: path, mode: 0o660, durable: false) }

  /// The same from inside the unit: who stops an instance and starts it again does not wait.
  func forget() throws { if Files.exists(path) { try write("") } }

  /// Notes how the app ended, in words.
  func note(_ exit: String) throws {
    guard Files.exists(path) else { return }
    let file = try FileDescriptor(path: path, .append)
    try file.write("\(exit)\n".utf8)
  }

  /// How the app ended whose next start waits; nil if it is not known.
  var exit: String? {
    get throws { try Files.text(path)?.split(separator: "\n").dropFirst().first.map(String.init) }
  }

  /// Waits, where the instance was started before and soon ended.
  ///
  /// - Parameter report: told how long, where that is longer than systemd has waited.
  func wait(_ report: (String) -> Void) throws {
    // An instance that an earlier nextdeploy started has none.
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
  /// - Parameter text: when the last one was, and how many seconds it waited, as "1795566741 4" in the first line.
  static func pause(after text: String, now: Int) -> Duration {
    let numbers = text.prefix { $0 != "\n" }.split(separator: " ").map { Int($0) }
    guard numbers.count == 2, let began = numbers[0], let last = numbers[1] else { return .zero }
    var backoff = Backoff(first: first, last: last == 0 ? nil : .seconds(last))
    return backoff.next(afterRunning: .seconds(now - began))
  }

  /// In its place: the directory is read-only to the unit.
  private func write(_ text: String) throws {
    let file = try FileDescriptor(path: path, .replace)
    try file.write(text.utf8)
  }
}
