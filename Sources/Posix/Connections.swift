import CPosix

/// The TCP connections of this machine, as the kernel itself counts them.
public enum Connections {
  /// How many established connections a local port has; nil where the kernel does not tell (sock_diag(7)).
  public static func established(on port: UInt16) -> Int? {
    #if os(Linux)
      let count = nextdeploy_established(port)
      return count < 0 ? nil : Int(count)
    #else
      return nil
    #endif
  }
}
