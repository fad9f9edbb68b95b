public import SSHAccess
public import Deploy
import Posix

/// Which apps each key is for, in a file below the root.
public struct KeyBindings: Sendable {
  let layout: Layout

  /// Makes the bindings that are kept in the layout's `keys.json`.
  public init(layout: Layout) { self.layout = layout }

  /// Both must be in the file: a key whose entry somebody cut short must not be valid for everything.
  struct Binding: Codable {
    /// Including apps that are created later.
    let isForEveryApp: Bool
    let apps: [AppName]

    init(_ apps: [AppName]?) {
      isForEveryApp = apps == nil
      self.apps = apps ?? []
    }

    /// Nil for every app.
    var bound: [AppName]? { isForEveryApp ? nil : apps }
  }

  func read() throws -> [String: Binding] { try StateFile.read([String: Binding].self, layout.keys) ?? [:] }

  func write(_ bindings: [String: Binding]) throws { try StateFile.write(bindings, to: layout.keys) }

  /// What somebody with this key may do; throws if the key is not nextdeploy's.
  public func rights(of name: KeyName) throws -> Rights {
    guard let binding = try read()[name.description] else {
      throw Failure(
        "logging in with the key \(name)", "it is not among nextdeploy's keys (any more)",
        next: "On the server: 'nextdeploy key remove \(name)', then 'nextdeploy key add \(name) …'.")
    }
    return .key(name, apps: binding.bound)
  }

  /// Removes an app that is gone from all keys, so that they do not apply to a later app of that name.
  public func forget(_ app: AppName) throws {
    guard try read().values.contains(where: { $0.apps.contains(app) }) else { return }
    try change { try write(try read().mapValues { Binding($0.bound?.filter { $0 != app }) }) }
  }

  /// Runs `body` while nobody else changes keys.
  func change(_ body: () throws -> Void) throws {
    try Files.makeDirectory(layout.root)
    try FileLock(waitingFor: layout.keysLock).hold(body)
  }
}
