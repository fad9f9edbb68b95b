public import SSHAccess
public import Deploy
import Posix

/// The keys that may reach nextdeploy over ssh: each has a line in authorized_keys, and below the root a list of its
/// apps. A key needs both; one that is only in authorized_keys is refused by `KeyBindings.rights(of:)`.
public struct KeyRing: Sendable {
  let bindings: KeyBindings
  /// The authorized_keys file.
  let file: String

  /// - Parameter home: the home directory of the user that clients log in as.
  public init(layout: Layout, home: String) {
    bindings = KeyBindings(layout: layout)
    file = "\(home)/.ssh/authorized_keys"
  }

  /// A key and what is known about it.
  public struct Entry: Sendable {
    /// The name by which the key was added.
    public let name: KeyName
    /// Nil if the key's line in authorized_keys is damaged.
    public let key: PublicKey?
    /// The apps that the key is for, empty if it has none; nil if it is for every app.
    public let apps: [AppName]?
    /// False if the key's apps are unknown or its line is damaged; the key then gives no access.
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

  /// - Parameter apps: nil for all apps, including those that are created later.
  public func add(_ name: KeyName, _ key: PublicKey, apps: [AppName]?, running command: ForcedCommand) throws {
    try bindings.change {
      var keys = try authorizedKeys()
      try keys.add(name, key, running: command)
      // The rights come first, so that the key can never do more.
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
    // sshd accepts no keys from a directory that others can write to.
    let directory = Files.parent(file)
    try Files.makeDirectory(directory, mode: 0o700)
    try Files.setMode(directory, 0o700)
    // If the file is a link, the file that it points to is replaced.
    try Files.write(bytes: keys.bytes, to: Files.resolved(file), mode: 0o600)
  }
}
