public import Deploy
import Posix
import ProcessSupervision

/// The Caddy process, whoever runs it.
public protocol CaddyService {
  /// The directory of the apps' site files.
  var sites: String { get }
  /// Whether it gets certificates and listens on 443.
  var terminatesTLS: Bool { get }
  /// Nil if it tells none. Site blocks are written for it.
  var version: Version? { get throws }
  /// Nil if it does not run.
  var process: CaddyProcess? { get throws }
  /// Where what is written has it listen; nil if that cannot be told.
  func addresses() throws -> Set<CaddyAddress>?
  /// Throws with Caddy's own words where it would not take these site files.
  func validate(sites: [String]) throws
  /// Has it load what is written, starting it where it does not run.
  func reload() throws
  /// Throws if a Caddy that starts with what is written might not come up.
  func requireStartable() throws
  /// Ends it, and starts it with what is written.
  func restart() throws
  func ensureRunning() throws
  /// Stops it, where it serves nothing but nextdeploy's sites.
  func stop() throws
  var isRunning: Bool { get throws }
  /// Has PATH.
  var environment: [String: String] { get }
  /// Why it would not serve what it was told; nil if nothing is known that keeps it from that.
  func obstacle() throws -> (cause: String, next: String)?
}

extension CaddyService {
  /// Throws, naming who has it, where Caddy does not listen on one of these yet, and could not: to load that would fail,
  /// and leave leftovers.
  func requireListenable(_ addresses: Set<CaddyAddress>, beside caddy: CaddyProcess?) throws {
    if addresses.isEmpty { return }
    let listeners = ConnectionTable.listeners(on: Set(addresses.map(\.port)))
    for address in addresses.sorted(by: { $0.description < $1.description }) {
      let there = listeners.filter { $0.address.port == address.port }
      // It shares what it has with its next configuration.
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
      // What this user may not, Caddy may.
      guard error.isInUse || error.isPermission && holder != nil else { return }
      let end = holder?.process == nil ? "End it ('sudo ss -ltnp' on the server says which it is)" : "End it"
      throw refusal(
        holder.map { "\($0) listens there" } ?? error.reason,
        next: address.port < 1024
          ? "\(end)." : "\(end), or choose another port with 'nextdeploy config set port PORT'.")
    }
  }
}
