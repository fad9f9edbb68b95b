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
    guard fields.count == 4, !fields[2].isEmpty, fields[2].utf8.allSatisfy(Self.isPart), let port = UInt16(fields[3])
    else { return nil }
    description = fields[2]
    self.port = port
  }

  /// Whether the client is on the server itself.
  public var isLoopback: Bool { description.hasPrefix("127.") || description == "::1" }

  /// As it is written in a URL, or before the colon of a git remote.
  public var inURL: String { description.contains(":") ? "[\(description)]" : description }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "."),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
