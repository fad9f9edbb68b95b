import Deploy
import Posix

/// What the embedded manager keeps of one instance: what it runs, and how it is.
struct InstanceDirectory {
  let path: String

  /// Held by the supervisor as long as it lives.
  var lock: String { "\(path)/lock" }
  /// What the supervisor itself has to say.
  var log: String { "\(path)/supervisor.log" }
  private var serviceFile: String { "\(path)/service.json" }
  private var statusFile: String { "\(path)/status.json" }

  var exists: Bool { Files.exists(path) }

  var hasSupervisor: Bool {
    get throws { try FileLock.isHeld(lock) }
  }

  func service() throws -> Service? { try StateFile.read(Service.self, serviceFile) }

  /// Holds secrets, so only its owner can read it.
  func write(_ service: Service) throws { try StateFile.write(service, to: serviceFile) }

  func status() throws -> InstanceStatus? { try StateFile.read(InstanceStatus.self, statusFile) }

  func write(_ status: InstanceStatus) throws { try StateFile.write(status, to: statusFile, durable: false) }

  func remove() throws { try Files.remove(path) }
}

/// How an instance is, as its supervisor last wrote it.
struct InstanceStatus: Codable {
  enum Phase: String, Codable { case running, waiting, draining }

  var phase: Phase
  var supervisor: ProcessIdentity
  /// The app's own process, leader of its group.
  var process: ProcessIdentity?
  var restarts = 0
  /// How it last ended, in words.
  var exit: String?
}
