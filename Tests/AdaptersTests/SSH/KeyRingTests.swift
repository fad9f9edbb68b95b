import SSHAccess
import Deploy
import Adapters
import Posix
import TestKit
import Testing

@Suite("The keys of a machine")
struct KeyRingTests {
  private static let line =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGMaaDP3AamLk7Dw5RPdL0j1c79Pm/mnfrgHgya+rl9"

  private func run(_ test: (KeyRing, KeyBindings, String) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let layout = Layout(root: "\(scratch.path)/root")
      try test(KeyRing(layout: layout, home: scratch.path), KeyBindings(layout: layout), scratch.path)
    }
  }

  private func add(_ name: String, to keys: KeyRing, apps: [String]? = nil) throws {
    let name = try KeyName(name)
    try keys.add(
      name, PublicKey(Self.line), apps: apps.map { try $0.map { try AppName($0) } },
      running: ForcedCommand(binary: "/bin/nextdeploy", key: name, root: nil))
  }

  @Test("are in files that only their owner reads")
  func modes() async throws {
    try await run { keys, _, home in
      try add("laptop", to: keys)

      #expect(try Files.status("\(home)/.ssh")?.mode == 0o700)
      #expect(try Files.status("\(home)/.ssh/authorized_keys")?.mode == 0o600)
      #expect(try Files.status("\(home)/root/keys.json")?.mode == 0o600)
      #expect(try keys.list().map(\.name) == [KeyName("laptop")])
      #expect(try keys.list().map(\.isUsable) == [true])
    }
  }

  @Test("leave other lines and a link of the admin's as they are")
  func others() async throws {
    try await run { keys, _, home in
      try Files.makeDirectory("\(home)/.ssh", mode: 0o777)
      try Files.write("# the admin's\n", to: "\(home)/elsewhere", mode: 0o644)
      try Files.link("\(home)/.ssh/authorized_keys", to: "\(home)/elsewhere")

      try add("laptop", to: keys)
      try keys.remove(KeyName("laptop"))

      #expect(try Files.linkTarget("\(home)/.ssh/authorized_keys") == "\(home)/elsewhere")
      #expect(try Files.text("\(home)/elsewhere") == "# the admin's\n")
      #expect(try Files.status("\(home)/.ssh")?.mode == 0o700)
    }
  }

  @Test("lose an app that is gone, and are not for every app then")
  func forget() async throws {
    try await run { keys, bindings, _ in
      let shop = try AppName("shop")
      try add("ci", to: keys, apps: ["shop"])

      try bindings.forget(shop)

      #expect(try bindings.rights(of: KeyName("ci")) == .key(KeyName("ci"), apps: []))
    }
  }

  @Test(
    "do nothing where their apps are not recorded", arguments: [#"{}"#, #"{"ci": {}}"#, #"{"ci": {"apps": []}}"#])
  func failsClosed(text: String) async throws {
    try await run { keys, bindings, home in
      try add("ci", to: keys, apps: ["shop"])

      try Files.write(text, to: "\(home)/root/keys.json")

      #expect(throws: Failure.self) { try bindings.rights(of: KeyName("ci")) }
    }
  }

  @Test("can be added again where a crash left only the binding")
  func afterCrash() async throws {
    try await run { keys, bindings, home in
      try add("ci", to: keys)
      try Files.remove("\(home)/.ssh/authorized_keys")

      try add("ci", to: keys, apps: ["shop"])

      #expect(try bindings.rights(of: KeyName("ci")) == .key(KeyName("ci"), apps: [AppName("shop")]))
      #expect(try keys.list().count == 1)
    }
  }
}
