/// One running release of an app: the app on one port, as in "shop:3001".
public struct InstanceID: CheckedText, Comparable {
  /// The app that it is an instance of.
  public let app: AppName
  /// The port on which it listens, which no other instance on the server has.
  public let port: Port

  /// Names the instance of an app on a port.
  public init(app: AppName, port: Port) {
    self.app = app
    self.port = port
  }

  /// Reads "shop:3001"; throws if the text is not APP:PORT.
  public init(_ text: String) throws(Failure) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Failure(.notFound, "reading an instance's name", "\(text.quoted) is not one", next: "Give APP:PORT.")
    }
    try self.init(app: AppName(String(parts[0])), port: Port(String(parts[1])))
  }

  /// App and port, as in "shop:3001".
  public var description: String { "\(app):\(port)" }

  /// Orders instances by app, then by port.
  public static func < (left: InstanceID, right: InstanceID) -> Bool {
    (left.app, left.port) < (right.app, right.port)
  }
}
