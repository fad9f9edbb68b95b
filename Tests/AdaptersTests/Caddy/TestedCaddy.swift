import Deploy
@testable import Adapters
import Posix
import Testing

/// A Caddy that sites are tested with. script/prepare installs both.
enum TestedCaddy: String, Codable, CaseIterable, Sendable, CustomTestStringConvertible {
  case debian = "Debian's Caddy"
  case newer = "today's Caddy"

  var testDescription: String { rawValue }

  /// With a PATH on which this one is found first.
  var environment: [String: String] {
    let own = CurrentProcess.environment
    let path = own["PATH"] ?? ""
    switch self {
    case .debian: return ["PATH": path]
    case .newer:
      let cache = own["XDG_CACHE_HOME"] ?? "\(own["HOME"] ?? "")/.cache"
      return ["PATH": "\(cache)/nextdeploy/tools/newer:\(path)"]
    }
  }

  func tools(below directory: String) -> MachineTools {
    // Without a home Caddy complains before it says anything else.
    MachineTools(
      path: environment["PATH"] ?? "", cache: "\(directory)/tools.json",
      environment: environment.merging(["HOME": directory]) { $1 })
  }

  /// Whether it keeps WebSockets when it loads a site, as Caddy does from 2.7 on.
  var keepsStreams: Bool { self == .newer }

  /// Whether a load that fails leaves sockets behind.
  var leavesLeftovers: Bool { self == .debian }
}

/// A Caddy that does not tell what it is about to load: as where its Caddyfile cannot be read, or where somebody takes a
/// port after it was looked at.
struct BlindCaddy: CaddyService {
  let caddy: SupervisedCaddy

  func addresses() -> Set<CaddyAddress>? { nil }

  var sites: String { caddy.sites }
  var terminatesTLS: Bool { caddy.terminatesTLS }
  var version: Version? { get throws { try caddy.version } }
  var process: CaddyProcess? { get throws { try caddy.process } }
  func validate(sites: [String]) throws { try caddy.validate(sites: sites) }
  func reload() throws { try caddy.reload() }
  func requireStartable() throws { try caddy.requireStartable() }
  func restart() throws { try caddy.restart() }
  func ensureRunning() throws { try caddy.ensureRunning() }
  func stop() throws { try caddy.stop() }
  var isRunning: Bool { get throws { try caddy.isRunning } }
  var environment: [String: String] { caddy.environment }
  func obstacle() -> (cause: String, next: String)? { caddy.obstacle() }
}
