import Deploy

// Files whose names change with their content come from the disk (``PublicDirectory``).
extension SiteBlock {
  /// What the live release does not have, but an earlier one had: a page of that one may still be open.
  var kept: String {
    guard let files else { return "" }
    return """
      (nextdeploy-\(site.app)-kept) {
      \(Self.serving("\(files)/all"))
      }

      """
  }

  /// What the live release has.
  var direct: String {
    guard let files else { return "" }
    return Self.serving("\(files)/live")
  }

  /// Looks for what the app says it does not have. Its answer is compressed as others are, where it is whole.
  var gone: String {
    if files == nil { return "" }
    return """
      \t\t@gone_whole {
      \t\t\tstatus 404
      \t\t\theader Content-Length *
      \t\t\theader !Content-Range
      \t\t}
      \t\thandle_response @gone_whole {
      \t\t\timport nextdeploy-\(site.app)-kept
      \t\t\tencode zstd gzip
      \t\t\tcopy_response
      \t\t}
      \t\t@gone status 404
      \t\thandle_response @gone {
      \t\t\timport nextdeploy-\(site.app)-kept
      \t\t\tcopy_response
      \t\t}
      """
  }

  /// What is not there goes on to what follows.
  private static func serving(_ directory: String) -> String {
    """
    \t@static {
    \t\tmethod GET HEAD
    \t\tpath */_next/static/*
    \t}
    \thandle @static {
    \t\t@served file {
    \t\t\troot \(directory)
    \t\t\ttry_files {path}
    \t\t}
    \t\thandle @served {
    \t\t\troot * \(directory)
    \t\t\theader Cache-Control "public, max-age=31536000, immutable"
    \t\t\tencode zstd gzip
    \t\t\tfile_server {
    \t\t\t\tprecompressed zstd br gzip
    \t\t\t}
    \t\t}
    \t}
    """
  }
}
