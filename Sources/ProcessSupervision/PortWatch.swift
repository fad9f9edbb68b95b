import Posix

/// Checks repeatedly whether a port still has connections, while its instance drains.
public struct PortWatch {
  private let port: UInt16
  private var quietSince: ContinuousClock.Instant?
  /// How long to wait between two checks.
  public static let pause = Duration.milliseconds(100)

  /// Watches a port of this machine; nothing is looked at yet.
  public init(_ port: UInt16) { self.port = port }

  /// Checks once; true if there has been no connection for 0.4 s.
  ///
  /// The proxy may be connecting right now, for a request that it accepted before it learnt of the new port.
  public mutating func isQuiet() -> Bool {
    let now = ContinuousClock.now
    quietSince = ConnectionTable.established(on: port) == 0 ? quietSince ?? now : nil
    return quietSince.map { now - $0 >= .milliseconds(400) } ?? false
  }
}
