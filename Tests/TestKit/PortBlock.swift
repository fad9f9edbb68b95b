public import Deploy
import Posix

/// A block of 40 ports that only one test of this machine has, as long as it lives.
public final class PortBlock {
  /// The block's first port; its others follow.
  public let first: UInt16
  private let lock: FileLock

  /// Where blocks are looked for, unless a test says otherwise.
  public static let usual: Range<UInt16> = 20_000..<32_000

  /// Takes the first block of a range that nobody has.
  public init(in range: Range<UInt16> = usual) throws {
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
  public subscript(number: UInt16) -> Port {
    get throws { try Port(String(first + number)) }
  }

  /// The ports that instances get: the first 20.
  public var range: PortRange {
    get throws { try PortRange("\(first)-\(first + 19)") }
  }
}
