import Deploy
import Posix

/// Where a domain leads, as this machine resolves it.
struct DomainCheck {
  enum Answer: Equatable {
    case addresses([String])
    case none
    /// The answer did not come in time.
    case late
  }

  let domain: Domain
  let app: AppName
  let answer: Answer
  /// The machine's addresses, loopback's included.
  let own: [String]

  var finding: Finding {
    switch answer {
    case .late:
      Finding(
        .domains, .warning, "nobody answered in time where \(domain) leads", app: app,
        advice: "Look at the servers in /etc/resolv.conf, then try again.")
    case .none:
      Finding(
        .domains, .problem, "\(domain) leads nowhere: it has no address, or this machine cannot resolve names",
        app: app,
        advice:
          "Have \(record) Check with 'getent ahosts \(domain)'; where that finds no name at all, see /etc/resolv.conf."
      )
    case .addresses(let found): finding(found)
    }
  }

  private func finding(_ found: [String]) -> Finding {
    let foreign = found.filter { !own.contains($0) && !Self.isLocal($0) }
    if !foreign.isEmpty {
      return Finding(
        .domains, .warning,
        "\(domain) leads to \(foreign.joined(separator: ", ")), which is no address of this machine", app: app,
        advice: "That is right behind NAT, a load balancer or a CDN. Otherwise have \(record)")
    }
    if found.allSatisfy(Self.isLocal) {
      return Finding(
        .domains, .warning, "\(domain) is \(found.joined(separator: ", ")) on this machine (/etc/hosts?)", app: app,
        advice: "So it cannot be told from here where it leads for others.")
    }
    return Finding(.domains, .ok, "\(domain) leads here (\(found.joined(separator: ", ")))", app: app)
  }

  private var record: String {
    let outside = own.filter { !Self.isLocal($0) }
    return
      "its A (or AAAA) record name \(outside.isEmpty ? "this server's address" : outside.joined(separator: " or "))."
  }

  /// Loopback, or only valid on one link.
  private static func isLocal(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("fe80:")
  }

  /// The addresses in getent's answer, each once.
  static func addresses(_ output: String) -> [String] {
    output.split(whereSeparator: \.isNewline)
      .compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) }.uniqued()
  }
}

extension Doctor {
  func domains(_ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding] {
    let own = try NetworkAddresses.all()
    let end = ContinuousClock.now + .seconds(10)
    return apps.flatMap { app, config in
      config.domains.map { domain in
        // A resolver that does not answer for one domain answers for none.
        let answer = ContinuousClock.now < end ? resolve(domain) : .late
        return DomainCheck(domain: domain, app: app, answer: answer, own: own).finding
      }
    }
  }

  private func resolve(_ domain: Domain) -> DomainCheck.Answer {
    // getaddrinfo(3), as every program calls it, but in a process that can be ended.
    guard let (status, output) = try? programs.run(["getent", "ahosts", domain.description]) else { return .late }
    let found = DomainCheck.addresses(output)
    return status.isSuccess && !found.isEmpty ? .addresses(found) : .none
  }
}
