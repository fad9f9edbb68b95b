import Deploy
import Posix
import Supervision

/// The growing pauses before an instance is started again, which `nextdeploy launch` waits.
///
/// systemd's own wait is always the same. Its RestartSteps= (254 and later; Debian 12 has 252) never begins anew:
/// an app that ends once a month would come back the slower each time, until an admin resets its count.
struct RestartPauses {
  /// A file that the unit may write, beside its service.json.
  let path: String

  /// What RestartSec= of the unit waits each time.
  static let first = Duration.seconds(1)

  /// Forgets all earlier runs; nextdeploy makes the file, in a directory that the unit cannot write to.
  func begin() throws { try Files.write("", to: path, mode: 0o660, durable: false) }

  /// The same from inside the unit, for who stops an instance and starts it again does not wait.
  func forget() throws { try write("") }

  /// Waits, where the instance was started before and soon ended.
  ///
  /// - Parameter report: told how long, where that is longer than systemd has waited.
  func wait(_ report: (String) -> Void) throws {
    // An instance of an earlier nextdeploy has none.
    guard let text = try Files.text(path) else { return }
    var backoff = Backoff(first: Self.first)
    if let run = Self.run(text) {
      backoff = Backoff(first: Self.first, last: run.pause)
      let pause = backoff.next(afterRunning: .seconds(WallClock.now - run.began))
      if pause > Self.first {
        report("it ended soon after its start, again: it is started once \(pause.components.seconds) s are over")
        Pause.for(pause - Self.first)
      }
    }
    let pause = backoff.last.map { " \($0.components.seconds)" } ?? ""
    try write("\(WallClock.now)\(pause)\n")
  }

  /// When the last run began, and how many seconds were waited before it, as "1795566741 4".
  static func run(_ text: String) -> (began: Int, pause: Duration?)? {
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
    guard (1...2).contains(numbers.count), let began = numbers[0] else { return nil }
    return (began, numbers.count > 1 ? numbers[1].map { .seconds($0) } : nil)
  }

  /// In its place: the directory is read-only to the unit.
  private func write(_ text: String) throws {
    let file = try FileDescriptor(path: path, .replace)
    try file.write(text.utf8)
  }
}
