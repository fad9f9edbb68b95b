public import Deploy

/// Who runs a command, and which apps they may access.
public enum Rights: Equatable, Sendable {
  /// Somebody on the server itself, who may do everything.
  case server
  /// Somebody with a key, over ssh; `apps` is nil if the key is not bound to apps.
  case key(KeyName, apps: [AppName]?)

  /// The key that they have; nil for somebody on the server.
  public var key: KeyName? {
    if case .key(let name, _) = self { name } else { nil }
  }

  /// Whether the app is one of theirs.
  public func allows(_ app: AppName) -> Bool {
    if case .key(_, let apps?) = self { apps.contains(app) } else { true }
  }

  /// Whether they may access every app, including those that are created later.
  public var isUnbound: Bool {
    if case .key(_, .some) = self { false } else { true }
  }

  /// Throws unless they may access every app.
  public func requireUnbound(_ attempt: String) throws(Failure) {
    guard !isUnbound else { return }
    throw refusal(attempt)
  }

  /// Throws if they may not access the app; the message is the same whether it exists or not.
  public func require(_ app: AppName, _ attempt: String) throws(Failure) {
    guard !allows(app) else { return }
    throw refusal(attempt)
  }

  private func refusal(_ attempt: String) -> Failure {
    guard case .key(let name, let apps) = self else { return Failure(attempt, "it is not allowed", next: "") }
    let list = (apps ?? []).map(\.description).joined(separator: ", ")
    return Failure(
      attempt, list.isEmpty ? "the key \(name) is bound to no app any more" : "the key \(name) is only for \(list)",
      next: "Use another key, or have it bound otherwise on the server: 'nextdeploy key remove', then 'key add'.")
  }
}
