import Posix
public import Testing

/// Looks again and again until something is there; fails the test where that takes a minute.
@discardableResult
public func wait<Value>(
  for what: String, sourceLocation: SourceLocation = #_sourceLocation, _ look: () throws -> Value?
) throws -> Value {
  let deadline = ContinuousClock.now + .seconds(60)
  while true {
    if let value = try look() { return value }
    if ContinuousClock.now > deadline {
      Issue.record("waited in vain for \(what)", sourceLocation: sourceLocation)
      throw Timeout(what: what)
    }
    Pause.for(.milliseconds(5))
  }
}

/// Looks again and again until something holds.
public func wait(
  until what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) throws {
  try wait(for: what, sourceLocation: sourceLocation) { try condition() ? () : nil }
}

private struct Timeout: Error { let what: String }
