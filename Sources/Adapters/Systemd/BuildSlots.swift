import Deploy
import Posix

/// How many builds run at a time: a build may take all of a small server, so there are only so many at a time.
struct BuildSlots {
  let layout: Layout
  /// How many at a time.
  let count: Int

  /// Runs `body` once there is a slot for a build of the app. A crash frees it.
  ///
  /// - Parameters:
  ///   - waiting: told once, where others have all slots, whose builds they are.
  ///   - watch: called several times a second while it waits; where it throws, the wait is over.
  func take<Result>(
    for app: AppName, waiting: ([AppName]) throws -> Void, watch: () throws -> Void, _ body: () throws -> Result
  ) throws -> Result {
    var isTold = false
    while true {
      for number in 1...count {
        guard let slot = try FileLock(ifFree: layout.buildLock(number)) else { continue }
        // It is only told to those who wait: a full disk does not end a build for it.
        try? slot.note(app.description)
        return try slot.hold(body)
      }
      if !isTold {
        try waiting((1...count).compactMap { try? AppName(Files.text(layout.buildLock($0)) ?? "") })
      }
      isTold = true
      try watch()
      Pause.for(.milliseconds(100))
    }
  }
}
