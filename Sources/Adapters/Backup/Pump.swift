import Dispatch
import Posix
import Synchronization

/// Hands a stream on, beside what this process does.
final class Pump: Sendable {
  private struct Ends: ~Copyable {
    let reader: FileDescriptor
    let writer: FileDescriptor
  }

  private let ends: Mutex<Ends?>
  private let outcome = Mutex<Result<Void, any Error>>(.success(()))
  private let work = DispatchGroup()

  /// - Parameter handOn: reads one and writes the other; both are closed behind it.
  init(
    from reader: consuming FileDescriptor, to writer: consuming FileDescriptor,
    _ handOn: @escaping @Sendable (borrowing FileDescriptor, borrowing FileDescriptor) throws -> Void
  ) {
    ends = Mutex(Ends(reader: reader, writer: writer))
    DispatchQueue.global().async(group: work) { [self] in
      let result = Result {
        try ends.withLock { ends in
          if let ends = ends.take() { try handOn(ends.reader, ends.writer) }
        }
      }
      outcome.withLock { $0 = result }
    }
  }

  /// Waits for its end; throws what ended it early.
  func wait() throws {
    work.wait()
    try outcome.withLock { $0 }.get()
  }
}
