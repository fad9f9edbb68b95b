import Deploy
import Posix
import ProcessSupervision

/// Who listens on a port, as far as this user can see.
struct PortHolder: Equatable, CustomStringConvertible {
  struct Process: Equatable {
    let id: Int32
    let name: String
    /// The service that the process belongs to.
    let unit: String?
  }

  let address: ListeningAddress
  /// The user's name, or number if it has no name.
  let user: String
  /// Nil if only root can see the process.
  let process: Process?
  /// In words, if it belongs to an app or a build.
  var owner: String?

  var description: String {
    guard let process else { return owner ?? "a program of the user \(user)" }
    let unit = process.unit.map { ", \($0)" } ?? ""
    return "\(process.name) (process \(process.id)\(unit))\(owner.map { " of \($0)" } ?? "")"
  }
}

extension PortHolder {
  init(_ listener: ConnectionTable.Listener) {
    address = listener.address
    user = Accounts.name(ofUser: listener.user) ?? "\(listener.user)"
    process = listener.process.map { id in
      // The process may have ended meanwhile.
      let name = ((try? Files.text("/proc/\(id)/comm")) ?? "").split(whereSeparator: \.isNewline).first
      return Process(
        id: id, name: name.map(String.init) ?? "a process",
        unit: Self.unit((try? Files.text("/proc/\(id)/cgroup")) ?? ""))
    }
  }

  /// The holder, with the app that it belongs to.
  init(_ listener: ConnectionTable.Listener, in layout: Layout) {
    self.init(listener)
    owner = Self.owner(of: listener, in: layout)
  }

  private static func owner(of listener: ConnectionTable.Listener, in layout: Layout) -> String? {
    let users = AppUsers(layout: layout)
    let user = listener.user
    if AppUsers.range.contains(user) { return users.app(of: user).map { "the app \($0)" } ?? "an app that is gone" }
    if AppUsers.builds.contains(user) {
      return users.app(of: user - AppUsers.builds.lowerBound + AppUsers.range.lowerBound).map { "a build of \($0)" }
    }
    // Without systemd everything runs as one user, but whatever descends from a supervisor belongs to its instance.
    var process = listener.process
    var supervisors: [Int32: InstanceID] = [:]
    for instance in ((try? Files.list(layout.instances)) ?? []).compactMap({ try? InstanceID($0) }) {
      let directory = InstanceDirectory(path: layout.instance(instance))
      if let status = try? directory.status() { supervisors[status.supervisor.id] = instance }
    }
    while let id = process, id > 1 {
      if let instance = supervisors[id] { return "the app \(instance.app)" }
      process = ProcessIdentity.parent(of: id)
    }
    return nil
  }

  /// The service that a process belongs to, according to /proc/PID/cgroup (cgroups(7)).
  static func unit(_ groups: String) -> String? {
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[1].isEmpty || fields[1] == "name=systemd",
        let unit = fields[2].split(separator: "/").last(where: { $0.hasSuffix(".service") }),
        // It becomes part of a command.
        String(unit).isPlain(and: "@:.-"), !unit.hasPrefix("-")
      else { continue }
      return String(unit)
    }
    return nil
  }
}

extension Stranger {
  init(_ holder: PortHolder) { self.init(address: holder.address, name: holder.description) }
}
