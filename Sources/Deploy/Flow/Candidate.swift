/// A complete release on the disk, and the commit that it is to go live as. The first half of a deploy ends with one,
/// the second begins with it.
struct Candidate {
  let release: ReleaseRecord
  /// What was pushed; the release may have been built from another commit with the same files.
  let commit: Commit
  /// Says what would help if the release does not start; nil if its commit was not read.
  let advisor: Advisor?

  fileprivate init(_ release: ReleaseRecord, as commit: Commit, _ advisor: Advisor?) {
    self.release = release
    self.commit = commit
    self.advisor = advisor
  }
}

extension Steps {
  /// Makes a release from what a build left.
  func make(
    _ release: ReleaseRecord, from assembly: Assembly, published: PublishedFiles?, _ folder: PublicFolder?,
    as commit: Commit, _ advisor: Advisor
  ) throws -> Candidate {
    try run(.release, release.id.description) {
      let place = try record.instance.flatMap { try seams.manager.place(of: $0) }
      try seams.releases.make(release, from: assembly, in: place) {
        if let instance = record.instance { try seams.manager.settle(instance) }
      }
      return (
        Candidate(release, as: commit, advisor), "\(release.id)\(try publish(release, published, folder))"
      )
    }
  }

  /// Publishes what the proxy can serve of a release, and says how much that is.
  func publish(_ release: ReleaseRecord, _ published: PublishedFiles?, _ folder: PublicFolder?) throws -> String {
    // Without them the app serves its own.
    if let published {
      attempt("publishing \(published.directory)") { try seams.files.publish(published, of: release.id) }
    }
    var result = ""
    if let folder {
      attempt("publishing \(folder.directory)") { result += try publish(folder, of: release.id) }
    }
    if let site = release.site {
      let published = try seams.files.publish(site, of: release.id)
      for warning in published.warnings { seams.events.warn(warning) }
      result += ", \(files(published.count)) that Caddy serves without a process"
    }
    return result
  }

  /// Publishes what the proxy can serve of a release's `public/`, and says how much that is.
  private func publish(_ folder: PublicFolder, of release: ReleaseID) throws -> String {
    let published = try seams.files.publish(folder, of: release)
    if let reason = published.reason {
      seams.events.note(
        "Next.js itself serves \(published.left) of \(files(published.count + published.left)) in public/: \(reason)")
    }
    return published.count == 0 ? "" : ", \(files(published.count)) of public/ that Caddy serves from the disk"
  }

  private func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }

  /// Takes an existing release as it is.
  func take(_ release: ReleaseRecord, _ which: String, as commit: Commit, _ advisor: Advisor? = nil) throws -> Candidate
  {
    writer.takes(release.id, of: commit)
    return try run(.release, release.id.description) {
      (Candidate(release, as: commit, advisor), "\(release.id)\(which)")
    }
  }
}
