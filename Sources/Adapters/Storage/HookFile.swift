import Hooks
import Posix

/// The hook that git runs after a push, `post-receive`.
public enum HookFile {
  /// Writes the hook if it is missing or names another program: a hook whose program has moved would not run, and git
  /// would still report the push as a success.
  ///
  /// - Parameters:
  ///   - program: the path of nextdeploy.
  ///   - lock: the lock file to hold meanwhile.
  public static func renew(in directory: String, running program: String, lock: String) throws {
    let hook = "\(directory)/post-receive"
    let text = Hooks.postReceive(binary: program)
    if try Files.text(hook) == text && Files.isExecutable(hook) { return }
    // Several pushes may notice that at the same time.
    try FileLock(waitingFor: lock).hold { try Files.write(text, to: hook, mode: 0o755) }
  }
}
