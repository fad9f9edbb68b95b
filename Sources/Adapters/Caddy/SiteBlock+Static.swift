import Deploy
import Templates

/// One way in which releases that are files are served.
struct FilesPart: Equatable {
  /// What names of such releases say (``LiveNames``).
  let key: String
  let site: StaticSite
  /// What Caddy serves of the app from the disk (``PublicDirectory``).
  let directory: String
}

// A site of files is served by Caddy itself. Which release's files is in the name that a switch makes.
extension SiteBlock {
  func staticText(_ addresses: String) throws -> String {
    Templates.staticSite([
      "APP": site.app.description, "ADDRESSES": addresses, "FILE": snippet, "PARTS": try staticParts,
    ])
  }

  /// The whole configuration of a Caddy that serves one release's files, and nothing else.
  ///
  /// - Parameters:
  ///   - directory: where the release is published (``PublicDirectory``).
  ///   - options: Caddy's, for all that it does.
  func alone(in directory: String, _ options: [String]) throws -> String {
    var block = self
    block.parts = [FilesPart(key: live.site ?? "", site: site.files ?? StaticSite(), directory: directory)]
    block.hasProcess = false
    let lines = (["admin off", "auto_https off"] + options).map { "\t\($0)\n" }.joined()
    return "{\n\(lines)}\n" + (try block.text)
  }

  /// How a single file is served, for the parts to import.
  var snippet: String { !hasParts ? "" : Templates.file(["APP": site.app.description]) }

  /// Whether releases that are files are served, now or before.
  var hasParts: Bool { !parts.isEmpty || !formerParts.texts.isEmpty }

  /// The look for the release, and how each kind of release is served; nothing for an app that is started.
  var staticParts: String {
    get throws {
      if !hasParts { return "" }
      for part in parts where !part.directory.isPlain(and: "-./") {
        throw Failure(
          "writing the site's configuration", "the path \(part.directory.quoted) holds more than plain characters",
          next: "Give NextDeploy a root whose path has letters, digits and -._/ only.")
      }
      // Their order is that of their keys: a rollback finds the file as it needs it.
      var texts = formerParts.texts
      for part in parts { texts[part.key] = try text(part) }
      let all = texts.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n")
      return Self.inner(whichFiles) + "\n\n" + all + "\n"
    }
  }

  /// The name is looked up once, so that all of a request comes from one release: what a matcher found is overwritten by
  /// the next one's, and a map is read each time that it is used.
  private var whichFiles: String {
    guard let names else {
      guard case .files(let release) = live.destination, let key = live.site else { return "" }
      return """
        \tmap {host} {release} {site} {mark} {
        \t\tdefault \(release) \(key) \(live.mark)
        \t}
        """
    }
    return """
      \(Self.look(in: names))
      \tmap {http.vars.name} {release} {site} {mark} {
      \t\t`~^/?[0-9]+-files:([0-9-]+):([0-9a-f]+)-([0-9a-f]+)$` ${1} ${2} ${3}
      \t}
      """
  }

  private func text(_ part: FilesPart) throws -> String {
    let base = part.site.base.isTop ? "" : try Self.checked("/\(part.site.base)")
    return Templates.files([
      "APP": site.app.description, "KEY": part.key, "FILES": part.directory, "BASE": base,
      "HEADERS": try headers(part.site), "FORCED": try forced(part.site.redirects),
      "HASHED": try hashed(part, base),
      "REDIRECTS": try redirects(part.site.redirects.filter { !$0.isForced }, "redirect"),
      "FALLBACK": try fallback(part.site, base),
    ])
  }

  /// A path that stands without quotes.
  private static func checked(_ path: String) throws -> String {
    if path.isPlain(and: "-._~/") { return path }
    return try CaddyText.quoted(path)
  }

  func lines(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "\n" + lines.map { "\t\t\t\($0)\n" }.joined()
  }

  // MARK: Files whose names change with their content

  /// Such a file is the live release's, else an earlier one's: a page of that one may still be open.
  private func hashed(_ part: FilesPart, _ base: String) throws -> String {
    var matchers: [String] = []
    if !part.site.hashed.isEmpty {
      matchers.append(
        "path " + (try part.site.hashed.map { try Self.checked("\(base)/\($0)/*") }.joined(separator: " ")))
    }
    if part.site.hasHashedScripts {
      matchers.append("path_regexp `^\(CaddyText.pattern(base))/[^/]+-[0-9a-f]{20}\\.(?:js|css)$`")
    }
    let all = "\(part.directory)/all"
    var result: [String] = []
    for (place, matcher) in matchers.enumerated() {
      for (name, root) in [("hashed\(place)", nil), ("kept\(place)", all)] {
        result += ["@\(name) {", "\t\(matcher)", "\tfile {"]
        if let root { result.append("\t\troot \(root)") }
        result += ["\t\ttry_files {path}", "\t}", "}", "route @\(name) {"]
        if let root { result.append("\troot * \(root)") }
        result += [
          "\theader ?Cache-Control \"public, max-age=31536000, immutable\"",
          "\timport nextdeploy-\(site.app)-file", "}",
        ]
      }
    }
    return lines(result)
  }

  // MARK: A page for all that is missing

  /// An app of one page finds its way by itself; what asks for a file, or for data, is told that there is none.
  private func fallback(_ site: StaticSite, _ base: String) throws -> String {
    guard let page = site.fallback else { return "" }
    return lines([
      "@fallback {", "\theader Accept *text/html*", "\tnot path_regexp \\.[^/]+$",
      base.isEmpty ? "\tpath *" : "\tpath \(base) \(base)/*", "}", "route @fallback {",
      "\trewrite * \(try Self.checked("\(base)/\(page)"))", "\timport nextdeploy-\(self.site.app)-file", "}",
    ])
  }
}
