/// Where secrets are kept for an app outside of this machine.
public protocol SecretsSource {
  /// The secrets that the access is for, as they are now.
  func fetch(_ access: DopplerAccess) throws -> [String: String]
}
