import Deploy
import Adapters
import Posix
import TestKit
import Testing

// Sites that a test writes past nextdeploy's own, for Caddy to load.
extension Stage {
  private func siteFile(_ name: String) -> String { "\(backend.caddy.sites)/\(prefix)\(name).caddy" }

  /// Writes a site file; returns its path.
  @discardableResult
  func writeSite(_ text: String, as name: String = "site") throws -> String {
    try Files.makeDirectory(backend.caddy.sites)
    try Files.write(text, to: siteFile(name), durable: false)
    return siteFile(name)
  }

  /// Writes a site that answers with a text; returns its port.
  @discardableResult
  func writeSite(answering text: String, as name: String = "site") throws -> Port {
    // The last of the test's ports, which no instance gets.
    let port = try scratch.ports[name == "site" ? 38 : 39]
    try writeSite("http://:\(port) {\n\trespond \"\(text)\"\n}\n", as: name)
    return port
  }

  func removeSite(_ name: String) throws { try Files.remove(siteFile(name)) }

  /// Removes the test's sites, from a Caddy that goes on too.
  func removeSites() throws {
    let names = try Files.list(backend.caddy.sites).filter { $0.hasPrefix(prefix) }
    for name in names { try Files.remove("\(backend.caddy.sites)/\(name)") }
    if !names.isEmpty && !tested.hasOwnCaddy { try backend.caddy.reload() }
  }

  /// What a visitor gets; nil if nobody answers.
  func get(_ port: Port) throws -> String? {
    let command = Command(
      ["curl", "--silent", "--fail", "--max-time", "10", "http://127.0.0.1:\(port)/"],
      environment: CurrentProcess.environment)
    let (status, text) = try ChildProcess.run(command)
    return status.isSuccess ? text : nil
  }
}
