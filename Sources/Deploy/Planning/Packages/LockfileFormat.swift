/// A format of lockfiles, and the versions of its package manager that install from it and leave it as it is.
struct LockfileFormat: Equatable {
  let manager: PackageManager
  /// The number in the lockfile. The format is also that of greater ones, up to the next in the table.
  let number: Version
  /// In npm's notation.
  let suits: String
  /// The version that Corepack brings if the machine has none of these.
  let brings: String
  /// Later versions that read it too, but may install something else: better than none if Corepack is missing.
  let reads: String?

  /// In order. A lockfile that is newer than all is the last one's: its manager says best what is wrong with it.
  static let all = [
    // pnpm.io; https://github.com/pnpm/spec. Where 10 warns of build scripts that it ignored, 12 fails.
    LockfileFormat(.pnpm, "5", suits: "6", brings: "6.35.1"),
    LockfileFormat(.pnpm, "5.4", suits: "7", brings: "7.33.7"),
    LockfileFormat(.pnpm, "6", suits: "8", brings: "8.15.9"),
    LockfileFormat(.pnpm, "7", suits: "9 || 10", brings: "10.34.9", reads: ">=11"),
    // 1 is yarn 1's, which has no number. Later ones: LOCKFILE_VERSION in yarn's Project.ts. An immutable install fails
    // where the number would be another one.
    LockfileFormat(.yarn, "1", suits: "1", brings: "1.22.22"),
    LockfileFormat(.yarn, "2", suits: ">=2 <3.1", brings: "2.4.3"),
    LockfileFormat(.yarn, "5", suits: "3.1", brings: "3.1.1"),
    LockfileFormat(.yarn, "6", suits: ">=3.2 <4", brings: "3.8.7"),
    LockfileFormat(.yarn, "8", suits: ">=4 <4.14", brings: "4.13.0"),
    LockfileFormat(.yarn, "9", suits: "4.14", brings: "4.14.1"),
    LockfileFormat(.yarn, "10", suits: ">=4.17", brings: "4.18.1"),
  ].compactMap(\.self)

  private init?(
    _ manager: PackageManager, _ number: String, suits: String, brings: String, reads: String? = nil
  ) {
    guard let number = Version(number) else { return nil }
    self.manager = manager
    self.number = number
    self.suits = suits
    self.brings = brings
    self.reads = reads
  }

  /// The format of a lockfile with this number; nil for managers whose version no lockfile decides.
  static func of(_ manager: PackageManager, _ number: Version) -> LockfileFormat? {
    let own = all.filter { $0.manager == manager }
    return own.last { $0.number <= number } ?? own.first
  }

  /// The newest one, for an app without a lockfile.
  ///
  /// - Parameter modernYarn: whether yarn 2 or later is meant.
  static func newest(_ manager: PackageManager, modernYarn: Bool) -> LockfileFormat? {
    all.last { $0.manager == manager && (manager != .yarn || modernYarn || $0.number.major == 1) }
  }
}
