import SSHAccess
public import GitHubActions
import Deploy
import Posix

extension HostKeys {
  /// The public host keys of this machine's own sshd, from where every distribution keeps them.
  public static func own(in directory: String = "/etc/ssh") throws -> HostKeys {
    let names = try Files.list(directory).filter { $0.hasPrefix("ssh_host_") && $0.hasSuffix("_key.pub") }
    let keys = try names.compactMap { try Files.text("\(directory)/\($0)") }.map { try PublicKey($0) }
    guard let own = HostKeys(keys) else {
      throw Failure(
        "looking for this server's host keys", "\(directory) has no ssh_host_*_key.pub",
        next: "Make them with 'ssh-keygen -A', or run 'nextdeploy generate-ci' in the project on your own machine.")
    }
    return own
  }
}
