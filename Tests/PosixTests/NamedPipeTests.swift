import Foundation
import Posix
import Synchronization
import TestKit
import Testing

@Suite("A named pipe")
struct NamedPipeTests {
  @Test("brings all that is sent to who waits for it, however the two come together")
  func received() async throws {
    let place = try Place()
    let path = "\(place.path)/pipe"
    // More than a pipe holds at once.
    let text = [UInt8](repeating: 7, count: 100_000)
    for _ in 0..<100 {
      async let received = Self.elsewhere { try NamedPipe.receive(path, within: .seconds(60)) }
      try await Self.send(text, through: path)
      #expect(try await received == text)
    }
  }

  @Test("of a writer that is gone does not keep a reader from the next writer's")
  func madeAnew() async throws {
    let place = try Place()
    let path = "\(place.path)/pipe"
    // Nobody has it open, as where a writer was killed.
    try runProgram(["mkfifo", path])
    async let received = Self.elsewhere { try NamedPipe.receive(path, within: .seconds(60)) }

    try await Self.send([1, 2, 3], through: path)

    #expect(try await received == [1, 2, 3])
  }

  @Test("brings nothing where nobody sends anything in time")
  func late() async throws {
    let place = try Place()
    let path = "\(place.path)/pipe"
    #expect(try NamedPipe.receive(path, within: .milliseconds(5)) == nil)
    let pipe = try NamedPipe(path: path, group: CurrentProcess.group, mode: 0o600)
    #expect(try NamedPipe.receive(pipe.path, within: .milliseconds(5)) == nil)
  }

  @Test("has its reader wait until whoever keeps it open is gone, and not where that is so already")
  func closed() async throws {
    let place = try Place()
    let path = "\(place.path)/pipe"
    try NamedPipe.wait(forWord: path)
    try runProgram(["mkfifo", path])
    try NamedPipe.wait(forWord: path)
    try Files.remove(path)

    let isClosed = Atomic(false)
    var keeper: NamedPipe? = try NamedPipe(path: path, group: CurrentProcess.group, mode: 0o600)
    try keeper?.keepOpen()
    async let wasClosed = Self.elsewhere {
      try NamedPipe.wait(forWord: path)
      return isClosed.load(ordering: .sequentiallyConsistent)
    }
    isClosed.store(true, ordering: .sequentiallyConsistent)
    keeper = nil
    #expect(try await wasClosed)
  }

  private static func send(_ bytes: [UInt8], through path: String) async throws {
    var pipe = try NamedPipe(path: path, group: CurrentProcess.group, mode: 0o600)
    var rest = bytes[...]
    while !rest.isEmpty {
      rest = try pipe.write(rest)
      // Other tests may need this thread.
      await Task.yield()
    }
  }

  /// On a thread of its own, for it blocks.
  private static func elsewhere<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws
    -> Result
  {
    try await withCheckedThrowingContinuation { waiting in
      Thread.detachNewThread { waiting.resume(with: Swift.Result { try body() }) }
    }
  }
}
