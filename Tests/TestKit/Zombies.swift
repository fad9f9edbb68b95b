import Glibc
import Posix

/// Supervisors that ended as children of the tests' process; a command would have left them to init.
///
/// While one is there, Swift Testing does not see the end of the processes in which `#expect(processExitsWith:)` runs.
enum Zombies {
  /// Reaps them from its first use on.
  static let reaper = Task.detached {
    while true {
      reap()
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private static func reap() {
    for thread in (try? Files.list("/proc/self/task")) ?? [] {
      let children = (try? Files.text("/proc/self/task/\(thread)/children")) ?? ""
      for child in children.split(separator: " ").compactMap({ Int32($0) }) {
        guard let stat = try? Files.text("/proc/\(child)/stat"), stat.contains("(nextdeploy-supe) Z") else { continue }
        _ = waitpid(child, nil, WNOHANG)
      }
    }
  }
}
