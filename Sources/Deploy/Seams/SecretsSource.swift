/// Where an app's secrets are kept outside this machine.
public protocol SecretsSource {
  /// Fetches the current secrets that the access is for, by name.
  func fetch(_ access: DopplerAccess) throws -> [String: String]
}
