public import Deploy
import Posix
import Supervision

/// One HTTP/1.1 GET to a port of this machine (RFC 9112); redirects are answers like any other.
public struct HTTPProbe: Probe {
  let instances: PortRange?

  /// - Parameter instances: the ports of instances, where each app runs as a user of its own.
  public init(instances: PortRange? = nil) { self.instances = instances }

  public func ask(port: Port, path: String, host: String, within limit: Double) -> ProbeAnswer {
    let deadline = ContinuousClock.now + .seconds(limit)
    do {
      let socket = try Socket(connectingTo: port.number, within: .seconds(limit))
      try socket.write(
        "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: nextdeploy\r\nAccept: */*\r\nConnection: close\r\n\r\n")
      var answer: [UInt8] = []
      while true {
        if let said = Self.answer(in: answer) { return said }
        guard let bytes = try socket.read(upTo: 4096, within: deadline - ContinuousClock.now) else { return .silent }
        if bytes.isEmpty { return .broken("it closed the connection") }
        answer += bytes
        if answer.count > 65_536 { return .broken("its first line has no end") }
      }
    } catch {
      return error.isRefusal ? .refused : error.isTimeout ? .silent : .broken(error.reason)
    }
  }

  public func listeners(of process: Int32) -> [ListeningAddress] {
    let own = ConnectionTable.listeners(ofGroup: process)
    guard own.isEmpty, let instances, let user = (try? Files.status("/proc/\(process)"))?.owner,
      AppUsers.range.contains(user)
    else { return own }
    // The app's other instances listen as the same user, on ports that are theirs.
    return ConnectionTable.listeners(ofUser: user).filter { listener in
      !(instances.first.number...instances.last.number).contains(listener.port)
    }
  }

  public func listeners(on port: Port) -> [ListeningAddress] {
    ConnectionTable.listeners(on: [port.number]).map(\.address).sorted()
  }

  /// What the bytes that have come say; nil where more must come. Interim answers (1xx) are passed over.
  private static func answer(in bytes: [UInt8]) -> ProbeAnswer? {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()[...]
    while let line = lines.popFirst() {
      let answer = status(of: String(decoding: line, as: UTF8.self))
      guard case .status(let status) = answer, status < 200, status != 101 else { return answer }
      while let line = lines.popFirst(), !line.isEmpty, line != [UInt8(ascii: "\r")] {}
    }
    return nil
  }

  /// The status in an answer's first line, "HTTP/1.1 200 OK".
  static func status(of line: String) -> ProbeAnswer {
    let line = line.hasSuffix("\r") ? String(line.dropLast()) : line
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]), (100...599).contains(status) else {
      return .broken("it begins with \(line.quoted)")
    }
    return .status(status)
  }
}
