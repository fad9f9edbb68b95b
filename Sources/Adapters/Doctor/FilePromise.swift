import Deploy
import Posix

/// What must be true of a file or directory of nextdeploy's.
struct FilePromise: Equatable {
  let path: String
  let kind: Files.Kind
  /// It must have all bits of the first, and none beyond those of the second.
  let needs: UInt32
  let allows: UInt32
  /// What to do if it is missing; nil if it may be.
  var whenMissing: String?
  /// The command that creates it.
  var maker: String?
  /// Whether others in its owner's group need access, as the program that starts an instance does.
  var isGroups = false

  static func directory(_ path: String, needs: UInt32 = 0o700, allows: UInt32 = 0o755) -> FilePromise {
    FilePromise(path: path, kind: .directory, needs: needs, allows: allows)
  }

  static func file(_ path: String, needs: UInt32 = 0o600, allows: UInt32 = 0o644) -> FilePromise {
    FilePromise(path: path, kind: .file, needs: needs, allows: allows)
  }

  /// A file that only its owner may read.
  static func secret(_ path: String) -> FilePromise { file(path, allows: 0o600) }

  func required(_ advice: String = "Put it back from a backup.") -> FilePromise {
    with { $0.whenMissing = advice }
  }

  /// A file that setup creates.
  var made: FilePromise {
    required("Then look what else of it is gone, and put that back from a backup.")
      .with { $0.maker = "sudo nextdeploy setup" }
  }

  var ofGroup: FilePromise { with { $0.isGroups = true } }

  private func with(_ change: (inout FilePromise) -> Void) -> FilePromise {
    var promise = self
    change(&promise)
    return promise
  }

  /// The user and the group that everything belongs to, as chown(1) takes them.
  struct Owner: Equatable {
    let user: UInt32
    /// Nil if the group does not matter.
    let group: UInt32?
    let name: String
    /// Whether that is the user who looks; then the mode can be set without being root.
    var isSelf = false
  }

  /// What is wrong with it; empty if nothing is.
  ///
  /// - Parameter status: nil if the file does not exist.
  func findings(_ status: Files.Status?, owner: Owner) -> [Finding] {
    guard let status else {
      guard let whenMissing else { return [] }
      return [Finding(.files, .problem, "\(path) is missing", command: maker, advice: whenMissing)]
    }
    let word = Self.word(path)
    if status.kind != kind {
      return [
        Finding(
          .files, .problem, "\(path) is no \(kind == .directory ? "directory" : "regular file")",
          advice: "Look at it ('ls -ld \(word)'), and move it away.")
      ]
    }
    var findings: [Finding] = []
    if status.owner != owner.user {
      let found = Accounts.name(ofUser: status.owner) ?? "the user \(status.owner)"
      findings.add(
        .files, .problem, "\(path) belongs to \(found), not to \(owner.name.prefix { $0 != ":" })",
        command: "sudo chown -h \(owner.name) \(word)")
    } else if isGroups, let group = owner.group, status.group != group {
      findings.add(
        .files, .problem, "\(path) belongs to another group than nextdeploy",
        command: "sudo chgrp nextdeploy \(word)")
    }
    // A directory's setgid bit only decides the group of new files in it.
    let mode = status.mode & ~0o2000
    if mode & needs != needs || mode & ~allows != 0 {
      let wanted = mode & allows | needs
      findings.add(
        .files, .problem, "\(path) has the mode \(Self.octal(mode)): \(complaint(mode))",
        command: "\(owner.isSelf ? "" : "sudo ")chmod \(Self.octal(wanted)) \(word)")
    }
    return findings
  }

  private func complaint(_ mode: UInt32) -> String {
    let extra = mode & ~allows
    if extra & 0o022 != 0 { return "others can write to it" }
    if extra != 0 { return "others can read it" }
    return kind == .directory ? "it cannot be entered by all who must" : "it cannot be used by all who must"
  }

  private static func octal(_ mode: UInt32) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A path, quoted for a shell.
  static func word(_ path: String) -> String {
    if path.isPlain(and: "/.-@+:,") { return path }
    return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
