#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Identifies one process for certain: an id can be reused, but not with the same start time.
public struct ProcessIdentity: Equatable, Sendable, CustomStringConvertible {
  /// The process id, which another process may get once this one has ended.
  public let id: Int32
  /// When the process started, in clock ticks since the system booted.
  public let start: UInt64

  /// The process that has an id now; nil if there is none, or it is a zombie.
  public init?(of id: Int32) {
    guard let fields = Self.fields(id), let start = UInt64(fields[19]), fields[0] != "Z" else { return nil }
    self.id = id
    self.start = start
  }

  /// Reads what `description` wrote; nil for any other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "@")
    guard parts.count == 2, let id = Int32(parts[0]), let start = UInt64(parts[1]) else { return nil }
    self.id = id
    self.start = start
  }

  /// The id and the start, such as "4711@123456".
  public var description: String { "\(id)@\(start)" }

  /// This process; nil if /proc cannot be read.
  public static var current: ProcessIdentity? { ProcessIdentity(of: getpid()) }

  /// Whether this very process still runs; a zombie does not.
  public var isRunning: Bool { ProcessIdentity(of: id) == self }

  /// Whether a process with that id exists, even if nothing else about it can be seen.
  public static func exists(_ id: Int32) -> Bool { kill(id, 0) == 0 || errno == EPERM }

  /// Sends a signal if the process still runs.
  public func signal(_ signal: Signal) {
    if isRunning { _ = kill(id, signal.number) }
  }

  /// A signal that processes of this project send each other: SIGTERM, SIGUSR1, SIGQUIT or SIGKILL.
  public enum Signal: Sendable {
    case terminate, drain, quit, kill

    var number: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .drain: SIGUSR1
      case .quit: SIGQUIT
      case .kill: SIGKILL
      }
    }
  }

  /// The ids of the processes in a process group.
  public static func members(ofGroup group: Int32) -> [Int32] {
    let names = (try? Files.list("/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { fields($0)?[2] == Substring(String(group)) }
  }

  /// The ids of a process and all its descendants, as far as their parents still run.
  public static func descendants(of id: Int32) -> Set<Int32> {
    var children: [Int32: [Int32]] = [:]
    for process in ((try? Files.list("/proc")) ?? []).compactMap({ Int32($0) }) {
      if let parent = parent(of: process) { children[parent, default: []].append(process) }
    }
    var found: Set<Int32> = [id]
    var next = [id]
    while let process = next.popLast() {
      for child in children[process] ?? [] where found.insert(child).inserted { next.append(child) }
    }
    return found
  }

  /// The parent's process id; nil if there is no such process.
  public static func parent(of id: Int32) -> Int32? { fields(id).flatMap { Int32($0[1]) } }

  /// Resident memory in bytes; nil if the process no longer runs.
  public var residentMemory: Int? {
    guard isRunning, let text = try? Files.text("/proc/\(id)/statm") else { return nil }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
  }

  /// The fields of /proc/ID/stat after the command's name, which may hold spaces (proc(5)): state, parent, group, …
  private static func fields(_ id: Int32) -> [Substring]? {
    guard let text = try? Files.text("/proc/\(id)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 20 ? fields : nil
  }
}
