import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// `nextdeploy key …`: who can push, fetch and run commands over ssh.
enum KeyCommands {
  private static let app = CommandSpec.Option(
    "--app", value: "APP", isRepeatable: true, "bind the key to an app; without it, it is for every app")

  static let add = ServerCommand.server(
    CommandSpec(
      "key add", [.required("NAME"), .optional("FILE|-")], [app],
      "Let the owner of a public key push and run commands over ssh")
  ) { invocation, server in
    let name = try KeyName(invocation.arguments[0])
    let key = try PublicKey(read(invocation.argument(1) ?? "-", server))
    let bound = try invocation.values(app).map { try server.apps.find($0) }.uniqued()
    let root = server.layout.root == Backends.usualRoot ? nil : server.layout.root
    let command = try ForcedCommand(binary: server.binary, key: name, root: root)
    try server.keys().add(name, key, apps: bound.isEmpty ? nil : bound, running: command)
    if CurrentProcess.isRoot {
      server.terminal.printError(
        "warning: this is root's key now, and what it pushes is built as root. As the user nextdeploy instead: "
          + "'nextdeploy key remove \(name)', then 'sudo -Hu nextdeploy nextdeploy key add \(name) …'.")
    }
    let address = server.address
    server.terminal.print(
      """
      Added \(name), for \(list(bound.isEmpty ? nil : bound)). Whoever has the private key can now do this:

        git remote add production nextdeploy@\(address?.inURL ?? "HOST"):\(bound.first?.description ?? "APP")
        git push production main
        ssh nextdeploy@\(address?.description ?? "HOST") help
      """)
    return 0
  }

  /// The command line that the user nextdeploy runs instead of root: root opens the file, which may be readable only
  /// for root (like everything in /home/anna), and passes it on as standard input. Nil if the command line names no
  /// file.
  static func openedByRoot(_ invocation: Invocation) throws -> [String]? {
    guard invocation.command == add.spec.name, let path = invocation.argument(1), path != "-" else { return nil }
    try FileDescriptor(path: path, .read).becomeInput()
    return ["key", "add"] + invocation.values(app).flatMap { ["--app", $0] } + ["--", invocation.arguments[0], "-"]
  }

  /// Reads as much of a file, or of standard input for "-", as a key could have.
  private static func read(_ path: String, _ server: Server) throws -> String {
    if path == "-", CurrentProcess.isTerminal(0) {
      server.terminal.printError("Paste the line of the .pub file, then press Ctrl-D.")
    }
    let file = path == "-" ? try FileDescriptor(inherited: 0) : try FileDescriptor(path: path, .read)
    var bytes: [UInt8] = []
    while bytes.count < 65_536 {
      let more = try file.read(upTo: 65_536)
      if more.isEmpty { break }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private struct Row: Encodable {
    let name: String
    let type: String?
    let key: String?
    /// Null if the key is for every app.
    let apps: [AppName]?
    let isUsable: Bool

    enum CodingKeys: CodingKey { case name, type, key, apps, isUsable }

    func encode(to encoder: any Encoder) throws {
      var row = encoder.container(keyedBy: CodingKeys.self)
      try row.encode(name, forKey: .name)
      try row.encode(type, forKey: .type)
      try row.encode(key, forKey: .key)
      try row.encode(apps, forKey: .apps)
      try row.encode(isUsable, forKey: .isUsable)
    }
  }

  static let list = ServerCommand.server(CommandSpec("key list", [], [.json], "List the keys and their apps")) {
    invocation, server in
    let rows = try server.keys().list().map {
      Row(name: $0.name.description, type: $0.key?.type, key: $0.key?.base64, apps: $0.apps, isUsable: $0.isUsable)
    }
    try server.terminal.show(rows, invocation) {
      if rows.isEmpty { return ["There is no key yet. Add one with 'nextdeploy key add NAME FILE'."] }
      return TextTable.lines(
        rows.map { row in
          let apps =
            row.key == nil ? "its line in authorized_keys is damaged" : "its apps are not known: it can do nothing"
          return [row.name, row.type ?? "?", row.isUsable ? list(row.apps) : apps]
        })
    }
    return 0
  }

  private static func list(_ apps: [AppName]?) -> String {
    guard let apps else { return "every app" }
    return apps.isEmpty ? "no app (they were removed)" : apps.map(\.description).joined(separator: ", ")
  }

  static let remove = ServerCommand.server(
    CommandSpec("key remove", [.required("NAME")], [], "Revoke a key")
  ) { invocation, server in
    let name = try KeyName(invocation.arguments[0])
    try server.keys().remove(name)
    server.terminal.print("Removed \(name). What it began before goes on to its end.")
    return 0
  }
}
