import Deploy

/// The address at which an ssh client reached this server, from sshd's SSH_CONNECTION: "CLIENT PORT SERVER PORT".
///
/// The host name that the client used is not known here.
public struct ServerAddress: Equatable, Sendable, CustomStringConvertible {
  /// The server's IP address, without brackets and without a port.
  public let description: String
  /// The port on which sshd listens.
  public let port: UInt16

  /// Reads the value of SSH_CONNECTION; nil if there is no connection.
  public init?(sshConnection: String?) {
    let fields = (sshConnection ?? "").split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 4, !fields[2].isEmpty, let port = UInt16(fields[3]),
      fields[2].utf8.allSatisfy({ $0.isLowercaseHexDigit || ".:".utf8.contains($0) })
    else { return nil }
    description = fields[2]
    self.port = port
  }

  /// Whether the client is on the server itself.
  public var isLoopback: Bool { description.hasPrefix("127.") || description == "::1" }

  /// As it is written in a URL, or before the colon of a git remote.
  public var inURL: String { description.contains(":") ? "[\(description)]" : description }
}
