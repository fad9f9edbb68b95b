// What could not be reached.
extension Advisor {
  private enum Trouble {
    case name, connection, certificate
  }

  func network(_ output: ProgramOutput, by program: AppProgram) -> Advice? {
    let lines = output.isCodeWrong ? [] : output.complaints
    let troubled = lines.indices.filter { Self.trouble(lines[$0]) != nil }
    let kinds = Set(troubled.compactMap { Self.trouble(lines[$0]) })
    // A name that was not found is why a request failed.
    guard let kind = [Trouble.name, .certificate, .connection].first(where: kinds.contains) else { return nil }
    // The line itself names what was asked for, or one near it does.
    let near = troubled.lazy.flatMap { [$0] + Array(max(0, $0 - 3)..<min(lines.count, $0 + 12)) }
    let host = near.lazy.compactMap { Self.host(lines[$0]) }.first
    let subject = host?.description ?? (program == .install ? "the registry of packages" : "a host that it needs")
    let machine = host?.machine ?? "HOST"
    if program == .install, kind != .certificate, !Self.isAnothers(output) {
      return registry(host, isName: kind == .name, isCorepack: output.contains("when performing the request to"))
    }
    if let host, host.isLoopback, kind == .connection {
      return Advice(
        cause: "nothing answers at \(host) on the server",
        next:
          "Start what should (a database, another service), or name the right place with 'nextdeploy env set \(app) NAME'; then "
          + "push again.")
    }
    switch kind {
    case .name:
      return Advice(
        cause: "the server could not reach \(subject): its name was not found",
        next: "Check the server's DNS ('getent hosts \(machine)' on it), then push again.")
    case .connection:
      return Advice(
        cause: "the server could not reach \(subject)",
        next:
          "Check the server's network and firewall ('curl -sSI \(host?.url ?? "https://HOST")' on it), then push again."
      )
    case .certificate:
      return Advice(
        cause: "the server does not trust the certificate of \(subject)",
        next:
          "Check the server's clock ('nextdeploy doctor'). Where an authority of your own signed it, give Node its file: "
          + "'nextdeploy env set \(app) NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'.")
    }
  }

  /// Whether a package's script, or git, may have asked for something else than the registry.
  private static func isAnothers(_ output: ProgramOutput) -> Bool {
    output.contains(any: [
      "command failed", "ELIFECYCLE", "preinstall", "postinstall", "Could not resolve host", "git ",
    ])
  }

  private func registry(_ host: Host?, isName: Bool, isCorepack: Bool) -> Advice {
    let place = host.map { " at \($0.address)" } ?? ""
    let look =
      isName
      ? "Check the server's DNS ('getent hosts \(host?.machine ?? "HOST")' on it)"
      : "Look from the server: 'curl -sSI \(host?.url ?? "URL")'\(host == nil ? ", with the registry's address," : "") says why"
    let isLaterYarn = packages.manager == .yarn && version.flatMap { Version($0) }.map { $0.major >= 2 } ?? false
    let (file, variable) =
      isCorepack
      ? (nil, "COREPACK_NPM_REGISTRY")
      : isLaterYarn
        ? ("npmRegistryServer in .yarnrc.yml", "YARN_NPM_REGISTRY_SERVER")
        : ("'registry=URL' in .npmrc", "NPM_CONFIG_REGISTRY")
    let another = [file, "'nextdeploy env set \(app) \(variable)=URL --build'"].compactMap(\.self)
    return Advice(
      cause:
        "the registry of packages\(place) cannot be reached from the server\(isName ? ": its name was not found" : "")",
      next: "\(look), then push again. Another registry is named by \(another.joined(separator: ", or by "))."
    )
  }

  /// As Node says it of a port that the kernel keeps for another app.
  func listening(_ output: ProgramOutput) -> Advice? {
    let beginning = "listen EPERM: operation not permitted "
    guard
      let address = output.word(
        after: [beginning], while: { $0.properties.numericType != nil || ".:*[]".unicodeScalars.contains($0) }),
      let port = address.split(separator: ":").last.flatMap({ UInt16($0) })
    else { return nil }
    return Advice(
      cause: "it tried to listen on port \(port), which is not its own",
      next:
        "An app may listen on the port in PORT, on those that the system chooses (0), and above 32767; a build on the "
        + "latter two.")
  }

  private static func trouble(_ line: String) -> Trouble? {
    func has(_ texts: String...) -> Bool { texts.contains(where: line.contains) }
    if has("ENOTFOUND", "EAI_AGAIN", "DNSResolveFailed", "Could not resolve host") { return .name }
    if has(
      "CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID", "self-signed certificate", "self signed certificate",
      "unable to get local issuer certificate", "SSL certificate problem")
    {
      return .certificate
    }
    if has(
      "ETIMEDOUT", "ECONNRESET", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT",
      "ERR_SOCKET_TIMEOUT", "downloading package manifest", "downloading tarball", "Can't reach database server at",
      "from Google Fonts", "There was an issue establishing a connection while requesting",
      "when performing the request to http", "socket hang up", "EPROTO")
    {
      return .connection
    }
    return nil
  }

  private static func host(_ line: String) -> Host? {
    if line.contains("from Google Fonts") { return Host("fonts.googleapis.com") }
    let schemes = ["https://", "http://", "postgresql://", "postgres://", "mysql://", "redis://", "mongodb://"]
    let addresses = schemes.compactMap { scheme in line.firstRange(of: scheme).map { (scheme, $0) } }
    // The first in the line: behind it may stand where help is to be found.
    if let (scheme, range) = addresses.min(by: { $0.1.lowerBound < $1.1.lowerBound }) {
      var text = line[range.upperBound...].prefix { !"/ \t'\"`,;)>?#".contains($0) }
      // A password in an address is nobody's to read.
      if let at = text.lastIndex(of: "@") { text = text[text.index(after: at)...] }
      if let host = Host(text, scheme: scheme) { return host }
    }
    for beginning in [
      "ENOTFOUND ", "EAI_AGAIN ", "ECONNREFUSED ", "ETIMEDOUT ", "EHOSTUNREACH ", "ENETUNREACH ", "resolve host: ",
      "database server at `", "hostname: '", "address: '",
    ] {
      guard let range = line.firstRange(of: beginning) else { continue }
      if let host = Host(line[range.upperBound...].prefix { !" \t'\"`,;)".contains($0) }) { return host }
    }
    return nil
  }

  /// A host and perhaps a port, of a shape that can do nothing in a message or in a shell.
  private struct Host: CustomStringConvertible {
    let description: String
    /// Nil if the output does not say.
    let scheme: String?

    init?(_ text: some StringProtocol, scheme: String? = nil) {
      let isPlain = text.utf8.allSatisfy { $0.isLetterOrDigit || ".-:[]".utf8.contains($0) }
      guard isPlain, (1...253).contains(text.utf8.count), let first = text.utf8.first,
        first.isLetterOrDigit || first == UInt8(ascii: "[") || first == UInt8(ascii: ":"),
        text.contains(".") || text.contains(":") || text == "localhost"
      else { return nil }
      description = String(text)
      self.scheme = scheme.map { $0 == "http://" ? $0 : "https://" }
    }

    var url: String { "\(scheme ?? "https://")\(description)" }

    /// With what the output says of it, and no more.
    var address: String { "\(scheme ?? "")\(description)" }

    /// Without its port.
    var machine: String {
      if description.hasPrefix("[") { return String(description.dropFirst().prefix { $0 != "]" }) }
      let parts = description.split(separator: ":", omittingEmptySubsequences: false)
      return parts.count == 2 ? String(parts[0]) : description
    }

    var isLoopback: Bool { machine == "localhost" || machine.hasPrefix("127.") || machine.hasPrefix("::1") }
  }
}
