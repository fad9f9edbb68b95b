import Posix
import TestKit
import Testing

@testable import Adapters

/// The same ones each time.
private struct Numbers: RandomNumberGenerator {
  var state: UInt64 = 15
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 33
  }
}

@Suite("What a program names that is loaded for it", .enabled(if: Files.exists("/usr/bin/env")))
struct ElfFileTests {
  @Test("is its loader and its libraries, by name")
  func program() throws {
    let env = try #require(try ElfFile(FileDescriptor(path: Files.resolved("/usr/bin/env"), .read)))
    #expect(env.loader?.contains("ld-linux") == true)
    #expect(env.libraries.contains("libc.so.6"))
    #expect(try ElfFile(FileDescriptor(path: "/etc/passwd", .read)) == nil)
  }

  @Test("is read from a file that lies about itself without harm")
  func hostile() throws {
    let scratch = try Scratch()
    defer { scratch.remove() }
    let path = "\(scratch.path)/library.node"
    let real = try #require(try Files.read(Files.resolved("/usr/bin/env")))
    var random = Numbers()
    for round in 0..<100 {
      var bytes = real
      // The headers, where its places and sizes are, and its end.
      for _ in 0...(round % 8) {
        bytes[Int.random(in: 6..<700, using: &random)] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
      }
      if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
      try Files.write(bytes: bytes, to: path, durable: false)
      let read = try ElfFile(FileDescriptor(path: path, .read))
      #expect(read?.libraries.count ?? 0 <= 200)
    }
  }
}
