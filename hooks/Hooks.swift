/// The hooks of an app's bare repository.
public enum Hooks {
  /// The post-receive hook, for the nextdeploy binary at this path.
  public static func postReceive(binary: String) -> String {
    let quoted = "'" + binary.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    let text = String(decoding: PackageResources.post_receive, as: UTF8.self)
    return text.split(separator: "@NEXTDEPLOY@", omittingEmptySubsequences: false).joined(separator: quoted)
  }
}
