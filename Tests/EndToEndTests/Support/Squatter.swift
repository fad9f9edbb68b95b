import Deploy
@testable import Adapters
import Posix
import TestKit
import Testing

extension Sandbox {
  /// Runs a test while another program listens on a port, on all addresses.
  func occupied<Result>(_ port: Int, _ test: (Int32) throws -> Result) throws -> Result {
    let squatter = try start(
      ["node", "-e", "require('net').createServer().listen(\(port), '0.0.0.0', () => console.log('ready'))"],
      in: home, name: "squatter-\(port)")
    defer {
      ProcessIdentity(of: squatter.child.id)?.signal(.kill)
      _ = try? squatter.wait()
    }
    try wait(until: "the squatter") { squatter.text.contains("ready") }
    return try test(squatter.child.id)
  }

  /// Where Caddy listens more than once.
  func leftovers() throws -> [ListeningAddress] {
    let caddy = SupervisedCaddy(
      directory: "\(root)/caddy", supervisor: "", environment: environment,
      tools: MachineTools(path: "", cache: "", environment: [:]))
    return try caddy.process?.leftovers() ?? []
  }

  /// Has Caddy load a configuration that it cannot listen for, past nextdeploy, until one left something behind. With
  /// which port it begins is chance.
  func leaveLeftovers() throws {
    let (taken, caddyfile, socket) = (port(38), "\(home)/Caddyfile", "unix/\(root)/caddy/admin.sock")
    try occupied(taken) { _ in
      var loads = 0
      try wait(until: "a load that leaves something") {
        loads += 1
        try Files.write(
          "{\n\tadmin \(socket)\n\tauto_https off\n}\nimport \(root)/caddy/sites/*.caddy\n"
            + "http://:\(taken) {\n\trespond \(loads)\n}\n", to: caddyfile)
        try run(["caddy", "reload", "--config", caddyfile, "--adapter", "caddyfile", "--address", socket])
          .expect(status: 1)
        return try !leftovers().isEmpty
      }
    }
  }
}
