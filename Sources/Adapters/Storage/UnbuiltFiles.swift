import Deploy

/// The files of a commit that needed no build. They stay, so that the next checkout writes only what has changed.
struct UnbuiltFiles: ReleaseFiles {
  let layout: AppLayout
  let leftovers: Leftovers

  var files: any BuiltFiles { FilesBelow(directory: layout.unbuiltFiles) }
  var releases: any Releases { ReleaseDirectory(layout: layout, leftovers: leftovers, from: layout.unbuiltFiles) }
}
