public import SSHAccess
public import Deploy
import Posix

/// The keys that may reach nextdeploy over ssh: a line of authorized_keys for each, and below the root which apps it
/// is for. A key needs both: one that is only in authorized_keys is refused by `KeyBindings.rights(of:)`.
public struct KeyRing: Sendable {
  let bindings: KeyBindings
  /// The authorized_keys file.
  let file: String

  /// - Parameter home: of the user whom the clients log in as.
  public init(layout: Layout, home: String) {
    bindings = KeyBindings(layout: layout)
    file = "\(home)/.ssh/authorized_keys"
  }

  /// A key and what is known of it.
  public struct Entry: Sendable {
    /// The name by which the key was added.
    public let name: KeyName
    /// Nil if its line in authorized_keys is damaged.
    public let key: PublicKey?
    /// Nil if it is bound to none.
    public let apps: [AppName]?
    /// False where its apps are not known: it can do nothing.
    public let isUsable: Bool
  }

  /// The keys in authorized_keys that are nextdeploy's, in the file's order.
  public func list() throws -> [Entry] {
    let apps = try bindings.read()
    return try authorizedKeys().entries.map {
      let binding = apps[$0.name.description]
      return Entry(
        name: $0.name, key: $0.key, apps: binding.map(\.bound) ?? [], isUsable: $0.key != nil && binding != nil)
    }
  }

  /// - Parameter apps: nil for all, those to come included.
  public func add(_ name: KeyName, _ key: PublicKey, apps: [AppName]?, running command: ForcedCommand) throws {
    try bindings.change {
      var keys = try authorizedKeys()
      try keys.add(name, key, running: command)
      // First what it may do, so that it can never do more.
      var all = try bindings.read()
      all[name.description] = KeyBindings.Binding(apps)
      try bindings.write(all)
      try write(keys)
    }
  }

  /// Takes a key out of authorized_keys and forgets its apps; throws if there is no key of that name.
  public func remove(_ name: KeyName) throws {
    try bindings.change {
      var keys = try authorizedKeys()
      let wasThere = keys.remove(name)
      var all = try bindings.read()
      guard all.removeValue(forKey: name.description) != nil || wasThere else {
        let names = keys.entries.map(\.name.description)
        throw Failure(
          .notFound, "removing the key \(name)", "there is none of that name",
          next: names.isEmpty ? "There is no key at all." : NearestName.hint(name.description, among: names))
      }
      if wasThere { try write(keys) }
      try bindings.write(all)
    }
  }

  private func authorizedKeys() throws -> AuthorizedKeys { AuthorizedKeys(try Files.read(file) ?? []) }

  private func write(_ keys: AuthorizedKeys) throws {
    // sshd takes no keys from a directory that others can write to.
    let directory = Files.parent(file)
    try Files.makeDirectory(directory, mode: 0o700)
    try Files.setMode(directory, 0o700)
    // Where it is a link, what it points to is replaced.
    try Files.write(bytes: keys.bytes, to: Files.resolved(file), mode: 0o600)
  }
}
