/// One running release of an app: the app on one port, as in "shop:3001".
public struct InstanceID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public let app: AppName
  public let port: Port

  public init(app: AppName, port: Port) {
    self.app = app
    self.port = port
  }

  public init(_ text: String) throws(Failure) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Failure(.notFound, "reading an instance's name", "\(text.quoted) is not one", next: "Give APP:PORT.")
    }
    try self.init(app: AppName(String(parts[0])), port: Port(String(parts[1])))
  }

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  public var description: String { "\(app):\(port)" }

  public static func < (left: InstanceID, right: InstanceID) -> Bool {
    (left.app, left.port) < (right.app, right.port)
  }
}
