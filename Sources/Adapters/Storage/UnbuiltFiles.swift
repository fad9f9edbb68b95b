import Deploy

/// The files of a commit that needed no build. They stay, so that the next checkout writes what has changed, and what has
/// not keeps its time, by which browsers know it.
struct UnbuiltFiles: ReleaseFiles {
  let layout: AppLayout
  let leftovers: Leftovers

  var files: any BuiltFiles { FilesBelow(directory: layout.unbuiltFiles) }
  var releases: any Releases { ReleaseDirectory(layout: layout, leftovers: leftovers, from: layout.unbuiltFiles) }
}
