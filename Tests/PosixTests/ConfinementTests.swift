import Glibc
import TestKit
import Testing

@testable import Posix

// Swift does not show it, since the child has one thread only; that is what is needed here.
@_silgen_name("fork")
private func forkProcess() -> pid_t

/// Tests/Fixtures/confinement/try.c tries everything twice: in a process that is confined, and in one that is not, where
/// all of it has to work. So nothing counts as refused that would have failed anyway.
@Suite("Confinement", .enabled(if: Confinement.isAvailable))
struct ConfinementTests {
  /// What each attempt ends with in a confined process.
  private static func answers(_ version: Int32) -> [String: String] {
    // An old Landlock cannot, so the calls are refused.
    let emptied = version >= 3 ? "EACCES" : "EPERM"
    return [
      // Below `writing`.
      "create": "done", "write": "done", "truncate": version >= 3 ? "done" : "EPERM", "empty": "done",
      "make a directory": "done",
      "move to another directory": "done", "link into another directory": "done", "make a symlink": "done",
      "make a pipe": "done", "list": "done", "read": "done", "change permissions": "done", "remove": "done",
      "remove a directory": "done", "make a pair of sockets": "done", "name a socket": "done", "make a disk": "EACCES",
      "make a device": "EACCES",
      "run what it wrote": "EACCES",
      // Below `reading` and `running`.
      "read what can be read": "done", "list what can be read": "done", "read a file that can be read": "done",
      "run what can be run": "done", "write what can be read": "EACCES", "truncate what can be read": emptied,
      "empty what can be read": emptied,
      "write a file that can be read": "EACCES", "create where can be read": "EACCES", "link what can be read": "EXDEV",
      "empty by the old call": emptied, "open by a new call": version >= 3 ? "done" : "ENOSYS",
      "run what was not named": "EACCES", "read outside by a program": "ECHILD",
      "ask a device": version >= 5 ? "EACCES" : "done",
      // Elsewhere.
      "read /etc/passwd": "EACCES", "read outside": "EACCES", "list outside": "EACCES", "write outside": "EACCES",
      "truncate outside": emptied, "empty outside": emptied, "empty outside, unopened": emptied,
      "create outside": "EACCES", "make a directory outside": "EACCES",
      "make a symlink outside": "EACCES", "make a pipe outside": "EACCES", "read through a symlink": "EACCES",
      "create through a symlink": "EACCES", "link in": "EXDEV", "link out": "EACCES", "move out": "EACCES",
      "move in": "EACCES", "remove outside": "EACCES", "remove a directory outside": "EACCES",
      "name a socket outside": "EACCES",
      // Other processes, and sockets.
      "trace": "EPERM", "learn a limit of its own": "done",
      "take a port": version >= 4 ? "EACCES" : "done", "connect to a port": "EPERM",
      "connect to a socket": "EPERM", "make a socket": "EPERM", "make a socket of TCP": "EPERM",
      "make a pair for datagrams": "EPERM", "make a raw pair": "EPERM",
      "send to a socket without a path": version >= 6 ? "EPERM" : "done",
      // The C library asks for the older call then.
      "clone3": "ENOSYS",
    ]
  }

  @Test(
    "leaves a process, and what it starts, what was named and nothing else",
    arguments: [2, 3, 4, 5, Confinement.version].filter { $0 <= Confinement.version })
  func attempts(version: Int32) async throws {
    let confined = try await tried(confinedAs: version)
    let answers = Self.answers(version)
    for (attempt, answer) in confined {
      #expect(answer == answers[attempt] ?? "EPERM", "\(attempt)")
    }
    #expect(Set(answers.keys).subtracting(confined.map(\.attempt)) == [])
  }

  @Test("refuses nothing that would have failed anyway")
  func control() async throws {
    let free = try await tried(confinedAs: nil)
    let calls = try #require(free.firstIndex { $0.attempt == "socket" })
    // Some of them only root may do.
    for (attempt, answer) in free.prefix(CurrentProcess.isRoot ? calls : calls - 3) {
      #expect(answer == "done", "\(attempt)")
    }
    if CurrentProcess.isRoot {
      #expect(free.suffix(from: calls).filter { $0.answer == "EPERM" }.map(\.attempt) == [])
      #expect(free.suffix(from: calls).first { $0.attempt == "clone" }?.answer == "done")
    }
  }

  /// What the program wrote, in its order.
  private func tried(confinedAs version: Int32?) async throws -> [(attempt: String, answer: String)] {
    let place = try Place()
    let path = place.path
    let program = "\(path)/bin/try"
    for directory in ["bin", "read", "outside/empty"] { try Files.makeDirectory("\(path)/\(directory)") }
    for file in ["read/file", "alone", "outside/old", "outside/other"] {
      try Files.write(file, to: "\(path)/\(file)", durable: false)
    }
    try runProgram(["cp", "/usr/bin/cat", "\(path)/top/cat"])
    try runProgram([
      "clang", "-Wall", "-Werror", "-o", program, "\(ThisProject.path)/Tests/Fixtures/confinement/try.c",
    ])
    let stranger = try TetheredProcess(
      Command([program, "stranger", path], environment: CurrentProcess.environment), output: .null)
    let about = try wait(for: "the stranger") { try Files.text("\(path)/stranger") }
    let numbers = about.split(whereSeparator: \.isWhitespace).map(String.init)

    await #expect(processExitsWith: .success) {
      [path = path as String, numbers = numbers as [String], version = version as Int32?] in
      let child = forkProcess()
      guard child == 0 else {
        var status: Int32 = 0
        _ = unsafe waitpid(child, &status, 0)
        CurrentProcess.exit(status == 0 ? 0 : 1)
      }
      do {
        let sockets = [(AF_UNIX, SOCK_STREAM), (AF_INET, SOCK_STREAM), (AF_UNIX, SOCK_DGRAM)].map {
          String(socket($0, Int32($1.rawValue), 0))
        }
        if let version {
          try Confinement.begin(
            reading: ["\(path)/read", "\(path)/alone", "/dev/urandom", "/nowhere"],
            running: ["\(path)/bin", "/usr/bin/cat", "/lib", "/lib64", "/usr/lib", "/nowhere"],
            writing: ["\(path)/top"], as: version)
        }
        try CurrentProcess.replace(
          with: Command(["\(path)/bin/try", "all", path] + numbers + sockets, environment: [:]))
      } catch {
        Issue.record(error)
        CurrentProcess.exit(1)
      }
    }
    try stranger.end()
    let lines = try #require(try Files.text("\(path)/top/tried")).split(separator: "\n")
    return lines.map { line in
      let parts = line.split(separator: ": ", maxSplits: 1)
      return (String(parts[0]), String(parts.last ?? ""))
    }
  }

  @Test("is refused to a process with several threads, of which it would hold for one")
  func threads() async throws {
    await #expect(processExitsWith: .success) {
      let threads = try Files.list("/proc/self/task")
      #expect(threads.count > 1)
      #expect(throws: SystemError("confining", "this process: it has several threads", code: EBUSY)) {
        try Confinement.begin(reading: [], running: [], writing: [])
      }
      _ = try Files.list("/")
    }
  }

  @Test("does not begin where what is to be written is not there, or is a symlink", arguments: ["nowhere", "link"])
  func writing(name: String) async throws {
    let place = try Place()
    try runProgram(["ln", "-s", "outside", "\(place.path)/link"])
    await #expect(processExitsWith: .success) { [path = "\(place.path)/\(name)" as String, name = name as String] in
      #expect(throws: SystemError("opening", path, code: name == "link" ? ELOOP : ENOENT)) {
        try Confinement.restrict(reading: [], running: [], writing: [path])
      }
      _ = try Files.list("/")
    }
  }

  @Test("is an error where it leaves everything open")
  func everything() async throws {
    await #expect(processExitsWith: .success) {
      #expect(throws: SystemError.self) { try Confinement.restrict(reading: ["/"], running: [], writing: []) }
    }
  }
}
