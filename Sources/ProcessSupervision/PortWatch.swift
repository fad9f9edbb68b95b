/// Looks again and again whether a port still has connections, while its instance drains.
public struct PortWatch {
  private let port: UInt16
  private var quietSince: ContinuousClock.Instant?
  /// How long to wait before the next look.
  ///
  /// Under load the kernel's table has tens of thousands of lines: looking takes a twentieth of a processor at most.
  public private(set) var pause = Self.shortest

  public init(_ port: UInt16) { self.port = port }

  /// Looks once; true where there has been no connection for 0.4 s.
  ///
  /// The proxy may be connecting just now, for a request that it took before it was told of the new port.
  public mutating func isQuiet() -> Bool {
    let start = ContinuousClock.now
    let connections = ConnectionTable.established(on: port)
    let now = ContinuousClock.now
    pause = max(Self.shortest, (now - start) * 20)
    let since = connections == 0 ? quietSince ?? now : nil
    quietSince = since
    return since.map { now - $0 >= .milliseconds(400) } ?? false
  }

  private static let shortest = Duration.milliseconds(100)
}
