/// What encrypts the values that Next's server actions hold.
enum ServerActionsKey {
  static let name = "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"

  /// Build and instances must have the same, of whichever of them the app's own variable is; an app without one gets one.
  ///
  /// - Parameter own: what the one that asks sees of the app's environment.
  static func value(_ environment: AppEnvironment, own: [String: String], _ seams: Seams) throws -> String {
    if let key = own[name] ?? environment.variables[name]?.value { return key }
    let key = try seams.state.serverActionsKey()
    seams.events.redact([key])
    return key
  }
}
