#if canImport(Glibc)
  import CPosix
  import Glibc
#else
  import Darwin
#endif

// Restrains whatever handles a push, so that nothing in it can take the machine from the sites. This needs no root: a
// memory limit that all child processes inherit, and a score that can only grow.
extension CurrentProcess {
  /// The memory of the machine, in bytes.
  public static var memoryOfMachine: Int { Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// Limits the memory of this process and each that it starts; when the machine runs short of memory, the kernel kills
  /// them before others.
  public static func restrain(memory bytes: Int) throws(SystemError) {
    #if os(Linux)
      try check("limiting", "the memory of this process") { nextdeploy_limit_data(rlim_t(bytes)) }
      if (try? Files.text(score)).flatMap({ Int($0?.prefix { $0 != "\n" } ?? "") }) ?? 0 < 500 { setScore(500) }
    #endif
  }

  /// Undoes that, for what this process starts from now on.
  ///
  /// - Parameter isSite: whether that is a site, which the kernel is to kill last.
  public static func unrestrain(isSite: Bool) throws(SystemError) {
    #if os(Linux)
      try check("lifting the limit of", "the memory of this process") { nextdeploy_free_data() }
      // If an admin has set a score for this process's ancestors, it cannot go lower.
      if isSite { _ = [0, 100, 200, 300, 400].first(where: setScore) }
    #endif
  }

  /// Has this process, and each that it starts, wait for all others: for the processor as for the disk. What the kernel does
  /// not allow stays as it is.
  public static func yieldToOthers() {
    #if os(Linux)
      nextdeploy_yield_to_others()
    #endif
  }

  #if os(Linux)
    private static let score = "/proc/self/oom_score_adj"

    /// False if the kernel or a container does not offer it.
    @discardableResult
    private static func setScore(_ number: Int) -> Bool {
      guard let file = try? FileDescriptor(path: score, .appendExisting) else { return false }
      do { try file.write(String(number).utf8) } catch { return false }
      return true
    }
  #endif
}
