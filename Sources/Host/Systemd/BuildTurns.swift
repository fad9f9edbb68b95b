import Deploy
import Posix

/// Whose build may run now: a build may take all of a small server, so there are only so many at a time.
struct BuildTurns {
  let layout: Layout
  /// How many at a time.
  let count: Int

  /// Runs `body` once there is a turn. A crash frees it.
  ///
  /// - Parameter waiting: told once, where others have all turns.
  func take<Result>(waiting: () throws -> Void, _ body: () throws -> Result) throws -> Result {
    var isTold = false
    while true {
      for number in 1...count {
        if let turn = try FileLock(ifFree: layout.buildLock(number)) { return try turn.hold(body) }
      }
      if !isTold { try waiting() }
      isTold = true
      Pause.for(.milliseconds(100))
    }
  }
}
