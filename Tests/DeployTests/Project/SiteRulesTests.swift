import FoundationEssentials
import Testing

@testable import Deploy

@Suite("The rules of a site")
struct SiteRulesTests {
  @Test(
    "send visitors from a path to another or to an address",
    arguments: [
      ("/a /b", "/a /b 302"), ("  /a\t/b   301  # why", "/a /b 301"), ("/a /b 301!", "/a /b 301!"),
      ("/a/* https://x.example:8080/:splat?q=1#part 308", "/a/* https://x.example:8080/:splat?q=1#part 308"),
      ("/u/:id/:x /v/:x/:id 307", "/u/:id/:x /v/:x/:id 307"), ("/* /index.html 200", "/* /index.html 200"),
      ("/ü /ß", "/%C3%BC /%C3%9F 302"), ("/a/ /wiki/Help:Contents", "/a /wiki/Help:Contents 302"),
      ("/ /en", "/ /en 302"), ("\u{FEFF}/a /b", "/a /b 302"),
      // An address is the same however it is written.
      ("/%c3%bc%61%2C%28x) /%c3%9f%2c", "/%C3%BCa,(x) /%C3%9F%2C 302"), ("/a%2fb%3Ac%2A /b", "/a%2Fb%3Ac%2A /b 302"),
    ])
  func redirects(line: String, rule: String) {
    let rules = SiteRules(redirects: line, headers: nil)
    #expect(rules.redirects.map(\.description) == [rule])
    #expect(rules.warnings == [])
  }

  @Test(
    "are refused with their line where they cannot be honoured",
    arguments: [
      "/a", "/a /b 404", "/a /b 301 Country=de", "/a id=:id /b", "a /b", "https://x.example/a /b", "/a //evil.example",
      "/a javascript:alert(1)", "/a https:///b", "/a https://:x.example/b", "/:x https://:x/b", "/a https://x@y/b",
      "/a/*/b /c", "/a* /b", "/:a/:a /b", "/:splat /b", "/a /a", "/a https://x.example/ 200", "/a /b{env.X}", "/a{b /c",
      "/a` /b", "/a /b`", "/a /b\"", "/a /b\\c", "/a /\u{0}", "/a/.. /b", "/a /b|c",
      "/\(String(repeating: "a", count: 2_000)) /b",
    ])
  func refusedRedirects(line: String) {
    let rules = SiteRules(redirects: "/first /one 301\n\(line)\n/last /one", headers: nil)
    #expect(rules.redirects.map(\.from.description) == ["/first", "/last"], "\(rules.redirects)")
    #expect(rules.warnings.count == 1 && rules.warnings[0].hasPrefix("line 2 of _redirects is not used: "))
  }

  @Test("for an address that is written in two ways are for one")
  func spellings() {
    let rules = SiteRules(redirects: "/a,b%c3%bc /x\n/%61%2Cb%C3%BC /y", headers: nil)
    #expect(rules.redirects.map(\.description) == ["/a,b%C3%BC /x 302"])
    #expect(rules.warnings.count == 1 && rules.warnings[0].contains("a line before it is for the same path"))
  }

  @Test("are taken in order, and the first one for a path counts")
  func order() {
    let rules = SiteRules(redirects: "/a/:x /b\n/a/:y /c\n/a/z /d", headers: nil)
    #expect(rules.redirects.map(\.description) == ["/a/:x /b 302", "/a/z /d 302"])
    #expect(rules.warnings.count == 1)
  }

  @Test("find in their target what the pattern named, and nothing else")
  func target() {
    let rule = SiteRules(redirects: "/u/:id/* /v/:id/w:idx/:splat:id/:", headers: nil).redirects[0]
    #expect(
      rule.target == [
        .text("/v/"), .found("id"), .text("/w:idx/"), .found("splat"), .found("id"), .text("/:"),
      ])
  }

  @Test("are headers of paths, each once")
  func headers() {
    let rules = SiteRules(
      redirects: nil,
      headers: """
        # all
        /*
          X-Frame-Options: DENY
          Link: <a>; rel=preload
          link: <b>; rel=preload
        /blog/:name
        \tContent-Security-Policy: default-src 'self'; "x" \\ $1

        /empty
        """)
    #expect(
      rules.headers.map(\.description) == [
        "/*\n  X-Frame-Options: DENY\n  link: <a>; rel=preload, <b>; rel=preload",
        "/blog/:name\n  Content-Security-Policy: default-src 'self'; \"x\" \\ $1",
      ])
    #expect(rules.warnings == [])
  }

  @Test("are headers of paths by what the lines hold, whatever they are indented by")
  func indentation() {
    let rules = SiteRules(
      redirects: nil,
      headers: """
        \u{FEFF}/a/*  # all of it
        X-A: 1
          /b
        X-B : #fff #x
        # none
          # none
        lost
          X-Lost: 1
        """)
    #expect(rules.headers.map(\.description) == ["/a/*\n  X-A: 1", "/b\n  X-B: #fff #x"])
    #expect(rules.warnings.count == 2, "\(rules.warnings)")
  }

  @Test(
    "are headers of paths in which one '*' stands for anything",
    arguments: ["/*.js", "/a/b*", "/a/*/c", "/a*b/:x/c", "/*", "/a/*"])
  func wildcards(path: String) throws {
    let rules = SiteRules(redirects: nil, headers: "\(path)\n  X-A: 1\n/*/*\n  X-B: 1\n/a**\n  X-B: 1\n")
    #expect(rules.headers.map(\.path.description) == [path])
    #expect(rules.warnings.count == 4)
    // As the release's record has it.
    #expect(try JSONDecoder().decode([HeaderRule].self, from: JSONEncoder().encode(rules.headers)) == rules.headers)
  }

  @Test(
    "are refused with their line where they are no headers of the site's",
    arguments: [
      "  X-A", "  : a", "  X A\u{1}: b", "  X-A: {env.X}", "  X-A: a`b", "  X-A: ü", "  X-A:", "  Content-Length: 1",
      "  Transfer-Encoding: chunked", "  Location: /", "  X-Nextdeploy-Live: x", "  defer: x", "  ! X-A", "  X-{A}: b",
      "  X A: b",
    ])
  func refusedHeaders(line: String) {
    let rules = SiteRules(redirects: nil, headers: "/*\n\(line)\n  X-Last: 1")
    #expect(rules.headers.flatMap(\.fields).map(\.name) == ["X-Last"])
    #expect(
      rules.warnings.count == 1 && rules.warnings[0].hasPrefix("line 2 of _headers is not used: "), "\(rules.warnings)")
  }

  @Test("of a path that is refused are refused, too")
  func refusedPath() {
    let rules = SiteRules(redirects: nil, headers: "/*\n  X-A: 1\nhttps://x.example/*\n  X-B: 1\n/b\n  X-C: 1")
    #expect(rules.headers.map(\.path.description) == ["/*", "/b"])
    #expect(rules.warnings.count == 2)
  }

  @Test("for many paths are fewer, for each is a look at the whole address")
  func patternLimit() {
    let many = (0..<110).map { "/\($0)/\($0.isMultiple(of: 2) ? "*" : ":x") /a" } + ["/last /a"]
    let rules = SiteRules(redirects: many.joined(separator: "\n"), headers: nil)
    #expect(rules.redirects.count == 101 && rules.redirects.last?.from.description == "/last")
    #expect(rules.warnings.count == 10)
    #expect(
      rules.warnings.first?.hasPrefix("line 101 of _redirects is not used: there are more than 100 with ':name' or '*'")
        == true, "\(rules.warnings)")
  }

  @Test("are limited in size and number, and so is what is said of them")
  func limits() {
    let many = (0..<3_000).map { "/\($0) /a" }.joined(separator: "\n")
    let rules = SiteRules(redirects: many, headers: (0..<200).map { "/\($0)\n  X-A: 1" }.joined(separator: "\n"))
    #expect(rules.redirects.count == 2_000 && rules.headers.count == 100)
    #expect(rules.warnings.count < 15, "\(rules.warnings.count)")
    #expect(
      SiteRules(redirects: String(repeating: "#", count: 200_000), headers: nil).warnings == [
        "_redirects is not used: it has more than 100 KB."
      ])
  }
}
