#if canImport(Glibc)
  import CPosix
  import Glibc
#else
  import Darwin
#endif

// What handles a push is held back, so that nothing in it can take the machine from the sites. Without root: a limit that
// all that is started inherits, and a score that only grows.
extension CurrentProcess {
  /// The memory of the machine, in bytes.
  public static var memoryOfMachine: Int { Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// Limits the memory that this process, and each that it starts, may have; where the machine's gets short, the kernel
  /// ends them before others.
  public static func restrain(memory bytes: Int) throws(SystemError) {
    #if os(Linux)
      try check("limiting", "the memory of this process") { nextdeploy_limit_data(rlim_t(bytes)) }
      if (try? Files.text(score)).flatMap({ Int($0?.prefix { $0 != "\n" } ?? "") }) ?? 0 < 500 { setScore(500) }
    #endif
  }

  /// Takes that back, for what this process starts from here on.
  ///
  /// - Parameter isSite: whether that is what visitors come to, which goes last.
  public static func unrestrain(isSite: Bool) throws(SystemError) {
    #if os(Linux)
      try check("lifting the limit of", "the memory of this process") { nextdeploy_free_data() }
      // One that an admin has given this process's ancestors is as low as it goes.
      if isSite { _ = [0, 100, 200, 300, 400].first(where: setScore) }
    #endif
  }

  #if os(Linux)
    private static let score = "/proc/self/oom_score_adj"

    /// False where the kernel, or a container, does not have it.
    @discardableResult
    private static func setScore(_ number: Int) -> Bool {
      guard let file = try? FileDescriptor(path: score, .appendExisting) else { return false }
      do { try file.write(String(number).utf8) } catch { return false }
      return true
    }
  #endif
}
