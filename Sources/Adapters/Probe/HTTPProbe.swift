import Deploy
import Posix
import ProcessSupervision

/// Sends requests to instances over HTTP/1.1, with a new connection for each.
struct HTTPProbe: Probe, PortListeners {
  /// The ports of instances, if each app runs as a user of its own.
  var instances: PortRange?
  /// How much longer a page is read after its head has arrived.
  private static let patience = Duration.seconds(1)

  /// Sends a GET over a new connection to the instance's loopback address and reads the answer.
  func ask(_ request: ProbeRequest, of instance: Upstream, within limit: Double) -> ProbeAnswer {
    Trace.span("request to the instance") { read(request, of: instance, within: limit) }
  }

  private func read(_ request: ProbeRequest, of instance: Upstream, within limit: Double) -> ProbeAnswer {
    let deadline = ContinuousClock.now + .seconds(limit)
    do {
      let socket = try Socket(
        connectingTo: instance.port.number, at: instance.address == .v4 ? .v4 : .v6, within: .seconds(limit))
      let headers = (request.headers + [("Connection", "close")]).map { "\($0.name): \($0.value)\r\n" }
      try socket.write("GET \(request.target) HTTP/1.1\r\n\(headers.joined())\r\n")
      var reader = HTTPReader(socket, until: deadline)
      return .response(try reader.response(patience: Self.patience))
    } catch let error as SystemError {
      return error.isRefusal ? .refused : error.isTimeout ? .silent : .broken(error.reason)
    } catch HTTPReader.Problem.broken(let what) {
      return .broken(what)
    } catch {
      return .silent
    }
  }

  /// Looks at the sockets of the process's group, or of the app's user if the group's cannot be seen.
  func listeners(of process: Int32, on port: Port) -> [ListeningAddress] {
    let own = ConnectionTable.listeners(ofGroup: process)
    guard own.isEmpty, let instances, let user = (try? Files.status("/proc/\(process)"))?.owner,
      AppUsers.range.contains(user)
    else { return own }
    // The app's other instances run as the same user, but listen on ports of their own.
    return ConnectionTable.listeners(ofUser: user).filter { listener in
      listener.port == port.number || !(instances.first.number...instances.last.number).contains(listener.port)
    }
  }

  /// Reads the kernel's table of sockets, whoever owns them.
  func listeners(on port: Port) -> [ListeningAddress] {
    ConnectionTable.addresses(on: port.number)
  }
}
