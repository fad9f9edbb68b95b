/// The key that encrypts the values held by Next's server actions.
enum ServerActionsKey {
  static let name = "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"

  /// The same key for builds and instances, whichever of them the app's own variable is for; made if there is none.
  ///
  /// - Parameter own: the part of the app's environment that the program sees.
  static func value(_ environment: AppEnvironment, own: [String: String], _ seams: Seams) throws -> String {
    if let key = own[name] ?? environment.variables[name]?.value { return key }
    let key = try seams.variables.serverActionsKey()
    seams.events.redact([key])
    return key
  }
}
