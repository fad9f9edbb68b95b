import Posix

/// The registry of npm packages that the environment names, for tests that install packages.
public enum Registry {
  /// Whether it has what the tests need. In CI it must: there a test that cannot run has failed.
  public static let answers: Bool = {
    if CurrentProcess.environment["CI"] == "true" { return true }
    let view = Command(
      ["npm", "view", "next@16.4.5", "version", "--fetch-retries=0", "--fetch-timeout=5000"],
      environment: CurrentProcess.environment)
    return (try? ChildProcess.run(view).status.isSuccess) ?? false
  }()
}
