import Templates

// What Next.js would send of the live release's `public/` as it is comes from the disk (``LiveFiles``).
extension SiteBlock {
  var folder: String {
    guard let files else { return "" }
    let types = PublicTypes.types.map { "\t\t\t\t\t\($0.ending) \"\($0.type)\"" }
    return Templates.publicFolder([
      "FILES": files, "PLACE": LiveFiles.place, "TYPES": types.joined(separator: "\n"),
      "ENDINGS": PublicTypes.types.map(\.ending).joined(separator: "|"),
      "TEXT": PublicTypes.text.map { "*.\($0.ending)" }.joined(separator: " "),
    ])
  }
}
