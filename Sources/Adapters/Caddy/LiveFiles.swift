import Deploy
import Posix

/// The link that leads Caddy to the files of the live release (``PublicDirectory``), where it serves them without asking
/// the app.
///
/// It follows the switch. What is not there is asked of the app, so nothing is missed between the two; only files that
/// the app must be asked for are withdrawn before.
struct LiveFiles {
  let directory: String

  /// - Parameter sites: the directory of the apps' site files.
  init(of app: AppName, below sites: String) { directory = Layout.publicFiles(of: app, below: sites) }

  private var link: String { "\(directory)/live" }

  /// Where it leads now; nil if there is none.
  func target() throws -> String? { try Files.linkTarget(link) }

  /// Leads nowhere from now on, unless the release's files are served without asking.
  func withdraw(for release: ReleaseID) throws { if !isDirect(release) { try Files.remove(link) } }

  /// Leads to a release's files from now on, if they are served without asking.
  func lead(to release: ReleaseID) throws { if isDirect(release) { try lead(to: "releases/\(release)") } }

  /// Leads where it did before.
  func lead(to target: String?) throws {
    guard let target else { return try Files.remove(link) }
    if try self.target() != target { try Files.replaceLink(link, to: target) }
  }

  private func isDirect(_ release: ReleaseID) -> Bool { Files.exists("\(directory)/direct/\(release)") }
}
