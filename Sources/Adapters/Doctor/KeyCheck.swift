import SSHAccess
import Deploy
import Posix

/// Compares the keys that nextdeploy knows with those that sshd knows.
struct KeyCheck {
  let file: String
  /// The file that sshd reads; nil if there is none.
  let authorized: AuthorizedKeys?
  /// The names of the keys that nextdeploy has apps for.
  let known: Set<String>

  var findings: [Finding] {
    let usable = Set(authorized?.entries.filter { $0.key != nil }.map(\.name.description) ?? [])
    let missing = known.subtracting(usable).count
    if missing > 0 {
      return [
        Finding(
          .files, .problem,
          "\(missing) of the \(known.count) keys that nextdeploy knows cannot log in: \(file) has no line of theirs",
          advice: "Put the file back from a backup; or 'sudo nextdeploy key list', then remove and add each anew.")
      ]
    }
    if let authorized, authorized.bytes.isEmpty {
      return [
        Finding(
          .files, .warning, "\(file) is empty: nobody can push over ssh",
          advice: "'sudo nextdeploy key add NAME < KEY.pub' lets somebody in.")
      ]
    }
    return []
  }
}
