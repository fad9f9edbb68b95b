/// An app's access to its secrets at Doppler: a service token, which is for one config of one project.
public struct DopplerAccess: Equatable, Sendable {
  /// The service token, which begins with "dp.st."; it is a secret itself.
  public let token: String
  /// Doppler's API with its scheme, as in "https://api.doppler.com".
  public let host: String

  /// The variable that holds the token. Neither builds nor instances get it: they get the secrets it stands for.
  public static let tokenName = "DOPPLER_TOKEN"
  /// The variable that names another host than Doppler's own, as in "https://doppler.example.com".
  public static let hostName = "DOPPLER_API_HOST"

  /// Variables that say where the secrets come from and are not secret themselves.
  static let names: Set = [hostName, "DOPPLER_PROJECT", "DOPPLER_CONFIG", "DOPPLER_ENVIRONMENT"]

  /// Reads the access from an app's variables; nil if the app has no token.
  ///
  /// - Throws: if the token or the host is not usable.
  public init?(_ environment: AppEnvironment) throws(Failure) {
    guard let token = environment.variables[Self.tokenName]?.value else { return nil }
    self.token = token
    let host = environment.variables[Self.hostName]?.value ?? "https://api.doppler.com"
    self.host = host.contains("://") ? host : "https://\(host)"
    // It goes into the configuration of a program, where a quote or a line break would have a meaning.
    guard token.hasPrefix("dp.st."), token.isPlain(and: ".-") else {
      throw Failure(
        "reading \(Self.tokenName)", "it is not a service token of Doppler's, which begins with dp.st.",
        next: "Make one for the config (Access, Service Tokens), then 'nextdeploy env set \(Self.tokenName)'.")
    }
    // Over plain HTTP anybody on the way could read the token.
    let name = self.host.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
    let isLocal = ["127.0.0.1", "localhost"].contains(name.split(separator: ":").first ?? "")
    guard String(name).isPlain(and: ".-:"),
      self.host == "https://\(name)" || isLocal && self.host == "http://\(name)"
    else {
      throw Failure(
        "reading \(Self.hostName)", "it is not the address of a host, reached with TLS",
        next: "Give one as in https://api.doppler.com, or leave it out.")
    }
  }

  // MARK: What goes wrong

  /// A failure to fetch secrets from this host, for this reason and with this advice.
  public func failure(_ cause: String, next: String) -> Failure {
    Failure("fetching secrets from Doppler (\(host))", cause, next: next)
  }

  /// Reads the secrets from Doppler's answer, by name; throws unless it is a JSON object of valid variables.
  public func secrets(in answer: [UInt8]) throws -> [String: String] {
    guard let text = String(validating: answer, as: UTF8.self), let members = (try? JSON.parse(text))?.members else {
      throw failure(
        "its answer is not what it should be", next: "Look at \(Self.hostName), if it is set; then try again.")
    }
    var secrets: [String: String] = [:]
    for member in members {
      guard let value = member.value.string, VariableName.isName(member.key), !value.utf8.contains(0) else {
        throw failure(
          "\(member.key.quoted) is nothing that a variable can be", next: "Correct it at Doppler, then try again.")
      }
      secrets[member.key] = value
    }
    return secrets
  }
}

extension AppEnvironment {
  /// A copy with what Doppler keeps for the app, for builds and instances alike; the app's own variables win.
  ///
  /// - Throws: if all variables together are too long for a program to be started with.
  public func adding(_ secrets: [String: String], from access: DopplerAccess) throws(Failure) -> AppEnvironment {
    var all = self
    for (name, value) in secrets where variables[name] == nil && ProgramEnvironment.taken[name] == nil {
      all.variables[name] = Variable(value, source: .doppler)
    }
    try all.requireFit("the secrets from Doppler")
    return all
  }
}
