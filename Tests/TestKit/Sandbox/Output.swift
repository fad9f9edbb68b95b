import Posix
import Testing

/// How a program ended, and what it wrote.
struct Output {
  let command: String
  let status: Int32
  let text: String

  @discardableResult
  func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    try expect(status: 0, sourceLocation: sourceLocation)
  }

  @discardableResult
  func expect(status: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    try #require(
      self.status == status, "\(command) ended with \(self.status):\n\(text)", sourceLocation: sourceLocation)
    return self
  }

  /// Expects every one of these texts in what was written.
  func expect(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for expected in texts {
      #expect(text.contains(expected), "\(command) wrote:\n\(text)", sourceLocation: sourceLocation)
    }
  }

  func expectNo(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for unexpected in texts {
      #expect(!text.contains(unexpected), "\(command) wrote:\n\(text)", sourceLocation: sourceLocation)
    }
  }
}

/// A program that the test started and did not wait for.
struct Running {
  let child: ChildProcess
  let file: String
  let command: String

  var text: String { (try? Files.text(file)) ?? "" }

  /// Ends it, as whoever started it would.
  func end() {
    ProcessIdentity(of: child.id)?.signal(.terminate)
    do { _ = try child.wait() } catch { Issue.record(error) }
  }

  func wait() throws -> Output {
    let status = try child.wait()
    return Output(command: command, status: status.code, text: text)
  }
}
