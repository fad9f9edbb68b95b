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
      "HEADERS": try headers(part.site), "FORCED": try redirects(part.site.redirects.filter(\.isForced), "forced"),
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

  private func lines(_ lines: [String]) -> String {
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

  // MARK: _headers

  private func headers(_ site: StaticSite) throws -> String {
    lines(
      try site.headers.enumerated().flatMap { place, rule in
        [
          "@header\(place) vars_regexp {uri} `^\(Self.pattern(rule.path).path)/?(?:\\?.*)?$`",
          "header @header\(place) {",
        ]
          + (try rule.fields.map { field in
            // Of this one an answer has one.
            let sign = field.name.lowercased() == "content-type" ? "" : "+"
            return "\t\(sign)\(field.name) \(try CaddyText.quoted(field.value))"
          }) + ["}"]
      })
  }

  // MARK: _redirects

  /// - Parameter name: of the placeholders.
  private func redirects(_ rules: [RedirectRule], _ name: String) throws -> String {
    if rules.isEmpty { return "" }
    var result = ["map {uri} {\(name)_status} {\(name)_to} {"]
    for rule in rules {
      let (pattern, groups) = Self.pattern(rule.from)
      var target = ""
      for piece in rule.target {
        switch piece {
        case .text(let text):
          _ = try CaddyText.quoted(text)
          target += text.replacing("$", with: "$$")
        case .found(let found): if let group = groups.firstIndex(of: found) { target += "${\(group + 1)}" }
        }
      }
      // What the visitor asked for besides goes along, unless the target says what to ask for.
      if rule.status != 200, !rule.to.contains("?"), !rule.to.contains("#") { target += "${\(groups.count + 1)}" }
      result.append("\t`~^\(pattern)/?(\\?.*)?$` \(rule.status) `\(target)`")
    }
    // A map is read each time that it is used.
    result += ["\tdefault - -", "}", "vars \(name)_status {\(name)_status}"]
    for status in Set(rules.map(\.status)).sorted() {
      result.append("@\(name)\(status) vars {http.vars.\(name)_status} \(status)")
      if status == 200 {
        result += [
          "route @\(name)200 {", "\trewrite * {\(name)_to}", "\t@rewritten file {",
          "\t\ttry_files {path} {path}.html {path}/index.html", "\t}", "\troute @rewritten {",
          "\t\trewrite * {http.matchers.file.relative}", "\t\timport nextdeploy-\(site.app)-file", "\t}", "}",
        ]
      } else {
        result.append("redir @\(name)\(status) {\(name)_to} \(status)")
      }
    }
    return lines(result)
  }

  /// A regular expression for the paths, without its ends, and the names of its groups. It is for addresses as they are
  /// written.
  private static func pattern(_ pattern: PathPattern) -> (path: String, groups: [String]) {
    let path = pattern.parts.map { part in
      switch part {
      case .text(let text): "/\(CaddyText.pattern(text))"
      case .any: "/([^/?]+)"
      // Without slashes at its beginning, for "//evil.example" is another site.
      case .rest: "(?:/+([^?]*?))?"
      }
    }.joined()
    return (path, pattern.names)
  }
}
