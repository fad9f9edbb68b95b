public import Deploy
import Posix
import ProcessSupervision

/// The Caddy process, whoever runs it.
public protocol CaddyService {
  /// The directory of the apps' site files.
  var sites: String { get }
  /// Whether it gets certificates and listens on 443.
  var terminatesTLS: Bool { get }
  /// Caddy's version, for which site blocks are written; nil if it reports none.
  var version: Version? { get throws }
  /// The running process; nil if Caddy does not run.
  var process: CaddyProcess? { get throws }
  /// Where the configuration on the disk makes Caddy listen; nil if that cannot be determined.
  func addresses() throws -> Set<CaddyAddress>?
  /// Throws with Caddy's own words if it would reject these site files.
  func validate(sites: [String]) throws
  /// Makes Caddy load the configuration on the disk, starting it if it does not run.
  func reload() throws
  /// Throws if Caddy might not come up with the configuration on the disk.
  func requireStartable() throws
  /// Stops Caddy, and starts it with the configuration on the disk.
  func restart() throws
  func ensureRunning() throws
  /// Stops Caddy if it serves nothing but nextdeploy's sites.
  func stop() throws
  var isRunning: Bool { get throws }
  /// The variables for running `caddy`, including PATH.
  var environment: [String: String] { get }
  /// Why Caddy would not serve its configuration, and what to do; nil if no obstacle is known.
  func obstacle() throws -> (cause: String, next: String)?
}

extension CaddyService {
  /// Throws, naming the program in the way, if Caddy does not listen on one of these addresses yet and could not:
  /// loading such a configuration would fail, and leave sockets behind.
  func requireListenable(_ addresses: Set<CaddyAddress>, beside caddy: CaddyProcess?) throws {
    if addresses.isEmpty { return }
    let listeners = ConnectionTable.listeners(on: Set(addresses.map(\.port)))
    for address in addresses.sorted(by: { $0.description < $1.description }) {
      let there = listeners.filter { $0.address.port == address.port }
      // Caddy shares a socket that it has with its next configuration.
      if let caddy, there.contains(where: caddy.has) { continue }
      try requireListenable(address, there)
    }
  }

  private func requireListenable(_ address: CaddyAddress, _ listeners: [ConnectionTable.Listener]) throws {
    func refusal(_ cause: String, next: String) -> Failure {
      Failure("having Caddy listen on \(address)", cause, next: next)
    }
    do throws(SystemError) { try Socket.tryListening(on: address.port, of: address.host) } catch {
      if error.isForeignAddress {
        throw refusal("it is no address of this machine", next: "Correct it in the Caddyfile.")
      }
      let holder = listeners.first { address.overlaps($0.address) }.map { PortHolder($0) }
      // What this user may not do, Caddy may.
      guard error.isInUse || error.isPermission && holder != nil else { return }
      let end = holder?.process == nil ? "End it ('sudo ss -ltnp' on the server says which it is)" : "End it"
      throw refusal(
        holder.map { "\($0) listens there" } ?? error.reason,
        next: address.port < 1024
          ? "\(end)." : "\(end), or choose another port with 'nextdeploy config set port PORT'.")
    }
  }
}
