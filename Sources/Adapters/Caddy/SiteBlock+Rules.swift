import Deploy

// What a site's `_redirects` and `_headers` say.
extension SiteBlock {
  // MARK: _headers

  /// A file has its headers however its address is written: who asks for "/%70age" or "//page" gets the same page.
  func headers(_ site: StaticSite) throws -> String {
    lines(
      try site.headers.enumerated().flatMap { place, rule in
        ["@header\(place) path_regexp `(?s)^\(Self.decoded(rule.path))/?$`", "header @header\(place) {"]
          + (try rule.fields.map { field in
            // Of this one an answer has one.
            let sign = field.name.lowercased() == "content-type" ? "" : "+"
            return "\t\(sign)\(field.name) \(try CaddyText.quoted(field.value))"
          }) + ["}"]
      })
  }

  // MARK: _redirects

  /// - Parameter name: of the placeholders.
  func redirects(_ rules: [RedirectRule], _ name: String) throws -> String {
    if rules.isEmpty { return "" }
    var result = ["map {uri} {\(name)_status} {\(name)_to} {"]
    for rule in rules {
      let (pattern, groups) = Self.written(rule.from)
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
      result.append("\t`~^\(pattern)(\\?.*)?$` \(rule.status) `\(target)`")
    }
    result += [
      // A map is read each time that it is used.
      "\tdefault - -", "}", "vars \(name)_status {\(name)_status}",
      // What was found may be nothing, and "//evil.example" is another site.
      "map {\(name)_to} {\(name)_place} {", "\t`~^/+([^/].*)?$` `/${1}`", "\t`~^(.*)$` `${1}`", "}",
    ]
    for status in Set(rules.map(\.status)).sorted() {
      result.append("@\(name)\(status) vars {http.vars.\(name)_status} \(status)")
      if status == 200 {
        result += [
          "route @\(name)200 {", "\trewrite * {\(name)_place}", "\t@rewritten file {",
          "\t\ttry_files {trimmed} {trimmed}.html {trimmed}/index.html", "\t}", "\troute @rewritten {",
          "\t\trewrite * {http.matchers.file.relative}", "\t\timport nextdeploy-\(site.app)-file", "\t}", "}",
        ]
      } else {
        result.append("redir @\(name)\(status) {\(name)_place} \(status)")
      }
    }
    return lines(result)
  }

  /// What a forced redirect is for is not there, however its address is written.
  func forced(_ rules: [RedirectRule]) throws -> String {
    let rules = rules.filter(\.isForced)
    if rules.isEmpty { return "" }
    let paths = rules.map { Self.decoded($0.from) }.joined(separator: "|")
    return try redirects(rules, "forced")
      + lines([
        "@odd vars_regexp {uri} `^[^?]*(?:%|//|/\\.)`", "route @odd {", "\t@unforced {",
        "\t\tvars {http.vars.forced_status} -", "\t\tpath_regexp `(?s)^(?:\(paths))/?$`", "\t}",
        "\trewrite @unforced /.none", "}",
      ])
  }

  // MARK: Paths

  /// A regular expression for the beginning of addresses as they are written, and the names of its groups.
  private static func written(_ pattern: PathPattern) -> (text: String, groups: [String]) {
    let path = pattern.parts.map { part in
      switch part {
      case .text(let text): "/\(CaddyText.address(text))"
      case .any: "/([^/?]+)"
      case .around(let before, let after): "/\(CaddyText.address(before))[^?]*\(CaddyText.address(after))"
      // Without slashes at its beginning, for "//evil.example" is another site.
      case .rest: "(?:/+([^?]*))?"
      }
    }.joined()
    return (pattern.parts.last == .rest ? path : "\(path)/?", pattern.names)
  }

  /// A regular expression for paths in which nothing is encoded, and no slash doubled.
  private static func decoded(_ pattern: PathPattern) -> String {
    pattern.parts.map { part in
      switch part {
      case .text(let text): "/\(CaddyText.pattern(SiteText.decoded(text)))"
      case .any: "/[^/]+"
      case .around(let before, let after):
        "/\(CaddyText.pattern(SiteText.decoded(before))).*\(CaddyText.pattern(SiteText.decoded(after)))"
      case .rest: "(?:/.*)?"
      }
    }.joined()
  }
}
