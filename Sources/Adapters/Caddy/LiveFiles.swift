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

  // MARK: Files that are the live release's alone

  /// Has Caddy find what a release's `public/` has, under the mark of the name by which requests get to the release: so
  /// all of a request comes from one release.
  func serve(_ release: ReleaseID, under mark: String) throws {
    let (folder, link) = ("\(PublicDirectory.folders)/\(release)", "\(served)/\(Self.place)\(mark)")
    guard Files.exists("\(directory)/\(folder)") else { return try Files.remove(link) }
    try Files.makeDirectory(served)
    try Files.setMode(served, PublicDirectory.mode)
    if try Files.linkTarget(link) != "../\(folder)" { try Files.replaceLink(link, to: "../\(folder)") }
  }

  /// Removes the links of names that are gone.
  func removeServed(but marks: [String]) throws {
    let kept = Set(marks.map { "\(Self.place)\($0)" })
    for name in try Files.list(served) where !kept.contains(name) { try Files.remove("\(served)/\(name)") }
  }

  private var served: String { "\(directory)/served" }

  /// Before each mark, so that where there is none nothing is found.
  static let place = "of-"
}
