import Deploy

/// The kinds of files of `public/` that Caddy serves, and how Next.js names them (mime 1.6 in its `send`, the same in 15 and
/// 16). What has another ending, or none, is Next.js's to serve: so no visitor is told another kind than it would.
enum PublicTypes {
  /// The type that an answer has, by the ending of the file's name.
  static let types: [(ending: String, type: String)] =
    text + [
      ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp"),
      ("avif", "image/avif"), ("apng", "image/apng"), ("tif", "image/tiff"), ("tiff", "image/tiff"),
      ("heic", "image/heic"), ("jxl", "image/jxl"), ("woff", "font/woff"), ("woff2", "font/woff2"),
      ("mp3", "audio/mpeg"), ("m4a", "audio/mp4"), ("ogg", "audio/ogg"), ("oga", "audio/ogg"), ("wav", "audio/wav"),
      ("flac", "audio/x-flac"), ("aac", "audio/x-aac"), ("weba", "audio/webm"), ("mp4", "video/mp4"),
      ("m4v", "video/x-m4v"), ("mov", "video/quicktime"), ("webm", "video/webm"), ("ogv", "video/ogg"),
      ("m3u8", "application/vnd.apple.mpegurl"), ("ts", "video/mp2t"), ("pdf", "application/pdf"),
      ("zip", "application/zip"), ("epub", "application/epub+zip"), ("doc", "application/msword"),
      ("xls", "application/vnd.ms-excel"), ("ppt", "application/vnd.ms-powerpoint"),
      ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
      ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
      ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
      ("bin", "application/octet-stream"), ("dmg", "application/octet-stream"), ("exe", "application/octet-stream"),
      ("opus", "application/octet-stream"), ("ktx2", "application/octet-stream"),
    ]

  /// Those that Next.js compresses.
  static let text: [(ending: String, type: String)] = [
    ("js", "application/javascript; charset=UTF-8"), ("mjs", "application/javascript; charset=UTF-8"),
    ("css", "text/css; charset=UTF-8"), ("json", "application/json; charset=UTF-8"),
    ("map", "application/json; charset=UTF-8"), ("jsonld", "application/ld+json"), ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=UTF-8"), ("xml", "application/xml"), ("html", "text/html; charset=UTF-8"),
    ("htm", "text/html; charset=UTF-8"), ("wasm", "application/wasm"), ("md", "text/markdown; charset=UTF-8"),
    ("csv", "text/csv; charset=UTF-8"), ("ico", "image/x-icon"), ("bmp", "image/bmp"), ("ttf", "font/ttf"),
    ("otf", "font/otf"), ("eot", "application/vnd.ms-fontobject"), ("webmanifest", "application/manifest+json"),
    ("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("ics", "text/calendar; charset=UTF-8"),
    ("vcf", "text/x-vcard; charset=UTF-8"), ("vtt", "text/vtt; charset=UTF-8"), ("glb", "model/gltf-binary"),
    ("gltf", "model/gltf+json"), ("geojson", "application/geo+json"),
    ("kml", "application/vnd.google-earth.kml+xml"), ("gpx", "application/gpx+xml"), ("xsl", "application/xml"),
    ("yaml", "text/yaml; charset=UTF-8"), ("yml", "text/yaml; charset=UTF-8"),
  ]

  static let endings = Set(types.map(\.ending))

  /// Whether Caddy may serve a file of this name: of those it knows how they are written in an address, and what they are.
  static func has(_ name: String) -> Bool {
    guard name.isPlain(and: "-.~@+"), name.utf8.first != UInt8(ascii: "."),
      let dot = name.utf8.lastIndex(of: UInt8(ascii: "."))
    else { return false }
    return endings.contains(String(name[name.utf8.index(after: dot)...]))
  }

  /// Whether Caddy may serve what a directory of this name holds. Only this one of those that begin with a dot is for visitors.
  static func hasDirectory(_ name: String) -> Bool {
    name == ".well-known" || name.isPlain(and: "-.~@+") && name.utf8.first != UInt8(ascii: ".")
  }
}
