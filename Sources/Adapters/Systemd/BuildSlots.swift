import Deploy
import Posix

/// Limits how many builds run at a time, since a single build may use all of a small server.
struct BuildSlots {
  let layout: Layout
  /// How many builds may run at a time.
  let count: Int

  /// Runs `body` once there is a slot for a build of the app. A crash frees the slot.
  ///
  /// - Parameters:
  ///   - waiting: called once if all slots are taken, with the apps that are being built.
  ///   - watch: called several times a second while it waits; if it throws, the wait ends.
  func take<Result>(
    for app: AppName, waiting: ([AppName]) throws -> Void, watch: () throws -> Void, _ body: () throws -> Result
  ) throws -> Result {
    var isTold = false
    while true {
      for number in 1...count {
        guard let slot = try FileLock(ifFree: layout.buildLock(number)) else { continue }
        // This is only information for those who wait, so a full disk must not end the build.
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
