import Deploy
import Posix

/// Room on the file system that holds the apps.
struct DiskCheck {
  let path: String
  /// In bytes.
  let free: Int
  /// How many more files fit; nil if there is no limit.
  let files: Int?

  /// A deploy refuses to begin below the first figure; installing Next.js takes at least the second.
  private static let least = (bytes: 50 << 20, files: 5_000)
  private static let enough = (bytes: 1 << 30, files: 50_000)

  var findings: [Finding] {
    let found = [
      finding("\(free >> 20) MB are free", free < Self.least.bytes, free < Self.enough.bytes),
      files.flatMap { finding("\($0) more files fit (inodes)", $0 < Self.least.files, $0 < Self.enough.files) },
    ].compactMap { $0 }
    let inodes = files.map { ", \($0) more files fit" } ?? ""
    return found.isEmpty ? [Finding(.disk, .ok, "\(free >> 20) MB are free below \(path)\(inodes)")] : found
  }

  private func finding(_ what: String, _ isTooLow: Bool, _ isLow: Bool) -> Finding? {
    guard isLow else { return nil }
    return Finding(
      .disk, isTooLow ? .problem : .warning, "only \(what) below \(path)",
      advice:
        "Keep fewer releases ('nextdeploy config set keep 2 --app APP'); 'sudo journalctl --vacuum-size=100M' and "
        + "'sudo apt-get clean' free what others left.")
  }
}

extension Doctor {
  func disk() throws -> [Finding] {
    // Before the first app there may be no directory yet.
    var path = layout.root
    while !Files.exists(path) { path = Files.parent(path) }
    let space = try Files.space(path)
    return DiskCheck(path: path, free: space.free, files: space.freeFiles).findings
  }
}
