import Deploy
import Posix
import Supervision

/// Who listens on a port, as far as this user can see.
struct PortHolder: Equatable, CustomStringConvertible {
  struct Process: Equatable {
    let id: Int32
    let name: String
    /// The service that it belongs to.
    let unit: String?
  }

  let address: ListeningAddress
  /// By name, or by number where it has none.
  let user: String
  /// Nil where only root can see it.
  let process: Process?

  var description: String {
    guard let process else { return "a program of the user \(user)" }
    return "\(process.name) (process \(process.id)\(process.unit.map { ", \($0)" } ?? ""))"
  }
}

extension PortHolder {
  init(_ listener: ConnectionTable.Listener) {
    address = listener.address
    user = Accounts.name(ofUser: listener.user) ?? "\(listener.user)"
    process = listener.process.map { id in
      // It may have ended meanwhile.
      let name = ((try? Files.text("/proc/\(id)/comm")) ?? "").split(whereSeparator: \.isNewline).first
      return Process(
        id: id, name: name.map(String.init) ?? "a process",
        unit: Self.unit((try? Files.text("/proc/\(id)/cgroup")) ?? ""))
    }
  }

  /// The service that a process belongs to, as /proc/PID/cgroup tells (cgroups(7)).
  static func unit(_ groups: String) -> String? {
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[1].isEmpty || fields[1] == "name=systemd",
        let unit = fields[2].split(separator: "/").last(where: { $0.hasSuffix(".service") }),
        // It becomes a part of a command.
        unit.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || "@:._-".contains($0) }), !unit.hasPrefix("-")
      else { continue }
      return String(unit)
    }
    return nil
  }
}
