public import Posix
import Testing

/// A program that the test started and did not wait for.
public struct Running {
  /// Its process.
  public let child: ChildProcess
  let file: String
  let command: String

  /// What it has written so far.
  public var text: String { (try? Files.text(file)) ?? "" }

  /// Ends it, as whoever started it would.
  public func end() {
    ProcessIdentity(of: child.id)?.signal(.terminate)
    do { _ = try child.wait() } catch { Issue.record(error) }
  }

  /// Waits for its end.
  public func wait() throws -> Output {
    let status = try child.wait()
    return Output(command: command, status: status.code, text: text)
  }
}
