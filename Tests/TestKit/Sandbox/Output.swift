public import Testing

/// How a program ended, and what it wrote.
public struct Output {
  /// The program with its arguments.
  public let command: String
  /// Its exit code.
  public let status: Int32
  /// What it wrote, to standard output and standard error.
  public let text: String

  /// Expects that it succeeded, or ends the test.
  @discardableResult
  public func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    try expect(status: 0, sourceLocation: sourceLocation)
  }

  /// Expects an exit code, or ends the test.
  @discardableResult
  public func expect(status: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    try #require(
      self.status == status, "\(command) ended with \(self.status):\n\(text)", sourceLocation: sourceLocation)
    return self
  }

  /// Expects every one of these texts in what was written.
  public func expect(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for expected in texts {
      #expect(text.contains(expected), "\(command) wrote:\n\(text)", sourceLocation: sourceLocation)
    }
  }

  /// Expects none of these texts in what was written.
  public func expectNo(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    for unexpected in texts {
      #expect(!text.contains(unexpected), "\(command) wrote:\n\(text)", sourceLocation: sourceLocation)
    }
  }
}
