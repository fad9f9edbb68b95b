import Glibc
import Posix

/// Supervisors that ended as children of the tests' process, which a command's end would have left to init.
///
/// While one is there, Swift Testing does not see the end of the processes in which `#expect(processExitsWith:)` runs.
enum Zombies {
  static func reap() {
    for thread in (try? Files.list("/proc/self/task")) ?? [] {
      let children = (try? Files.text("/proc/self/task/\(thread)/children")) ?? ""
      for child in children.split(separator: " ").compactMap({ Int32($0) }) {
        guard let stat = try? Files.text("/proc/\(child)/stat"), stat.contains("(nextdeploy) Z") else { continue }
        _ = waitpid(child, nil, WNOHANG)
      }
    }
  }
}
