import Dispatch
import Posix
import Synchronization

/// Compresses what is written of an archive, hashes it and hands it on, on another processor than the one that reads the
/// files.
@safe final class CompressedOutput: Sendable {
  private struct State: ~Copyable {
    let output: FileDescriptor
    let compressor: any Compressor
    var hash = SHA256()
    /// Why nothing more is written.
    var failure: (any Error)?

    mutating func take(_ bytes: [UInt8], isEnd: Bool = false) {
      if failure != nil { return }
      do {
        try compressor.compress(bytes, isEnd: isEnd) { piece in
          try unsafe output.write(piece)
          unsafe hash.add(piece)
        }
      } catch { failure = error }
    }
  }

  private struct Abandoned: Error {}

  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "nextdeploy.archive")
  /// What waits to be compressed is bounded: where that is slower than the disk, the reader waits.
  private let room = DispatchSemaphore(value: 4)

  init(_ output: consuming FileDescriptor, _ compression: PackedArchive.Compression) throws {
    state = Mutex(State(output: output, compressor: try compression.compressor()))
  }

  var failure: (any Error)? { state.withLock { $0.failure } }

  /// Takes the next bytes, and returns before they are written; false if earlier ones could not be.
  func take(_ bytes: [UInt8]) -> Bool {
    room.wait()
    queue.async { [self] in
      state.withLock { $0.take(bytes) }
      room.signal()
    }
    return state.withLockIfAvailable { $0.failure == nil } ?? true
  }

  /// Waits until everything is written; returns the checksum of it, in small hexadecimal digits.
  func finish() throws -> String {
    try queue.sync {
      try state.withLock { state in
        state.take([], isEnd: true)
        if let failure = state.failure { throw failure }
        return state.hash.finish()
      }
    }
  }

  /// Waits until nothing more is written.
  func abandon() {
    state.withLock { $0.failure = $0.failure ?? Abandoned() }
    queue.sync {}
  }
}
