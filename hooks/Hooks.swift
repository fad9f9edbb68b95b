/// The hooks of an app's bare repository.
public enum Hooks {
  /// Where a server with systemd has its hooks, which root owns so that nobody who can write to a repository can change
  /// them.
  public static let directory = "/usr/lib/nextdeploy/hooks"

  /// The text of the post-receive hook, for the nextdeploy binary at this path.
  public static func postReceive(binary: String) -> String {
    let quoted = "'" + binary.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    let text = String(decoding: PackageResources.post_receive, as: UTF8.self)
    return text.split(separator: "@NEXTDEPLOY@", omittingEmptySubsequences: false).joined(separator: quoted)
  }
}
