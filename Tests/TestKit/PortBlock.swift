import Deploy
import Posix

/// A block of ports that only one test of this machine has, as long as it lives.
final class PortBlock {
  let first: UInt16
  private let lock: FileLock

  static let usual: Range<UInt16> = 20_000..<32_000

  init(in range: Range<UInt16>) throws {
    let directory = "/tmp/nextdeploy-test-ports"
    try Files.makeDirectory(directory, mode: 0o777)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: 40) {
      guard let lock = try FileLock(ifFree: "\(directory)/\(first)"),
        (first..<(first + 40)).allSatisfy({ Socket.isFree($0) })
      else { continue }
      self.first = first
      self.lock = lock
      return
    }
    throw Failure("looking for ports for a test", "none are free", next: "End what uses them.")
  }

  /// The block's `number`th port, from 0 to 39.
  subscript(number: UInt16) -> Port {
    get throws { try Port(String(first + number)) }
  }

  /// The ports that instances get.
  var range: PortRange {
    get throws { try PortRange("\(first)-\(first + 19)") }
  }
}
