@testable import Deploy
import Testing

private let page = WebAddress(Origin(.https, host: "shop.example.com"), "/docs/page")

@Suite("A page's parts")
struct PagePartsTests {
  private func parts(_ html: String) -> [String] { PageParts.of(Array(html.utf8), at: page).map(\.target) }

  @Test("of a page that names them without end are not all kept")
  func pageNamesWithout() {
    let long = "/" + String(repeating: "a", count: 400_000)

    let html = "<base href=\(long)>" + String(repeating: "<script src=a></script>", count: 20_000)

    #expect(Set(parts(html)) == ["/docs/a"])
    #expect(parts("<script src=\(long)></script><script src=/b.js></script>") == ["/b.js"])
  }

  @Test(
    "are the scripts and styles that a browser loads",
    arguments: [
      (#"<script src="/a.js"></script>"#, ["/a.js"]),
      ("<SCRIPT async SRC=/a.js></SCRIPT>", ["/a.js"]),
      ("<script\n  src = '/a.js?v=1&amp;dpl=2&#38;x' ></script>", ["/a.js?v=1&dpl=2&x"]),
      (#"<script type="module" src="a.js"></script>"#, ["/docs/a.js"]),
      (#"<script type="text/javascript" src="../a.js"></script>"#, ["/a.js"]),
      (#"<link rel="stylesheet" href="/a.css"/>"#, ["/a.css"]),
      (#"<link href=/a.css rel="preload Stylesheet">"#, ["/a.css"]),
      (#"<link rel="modulepreload" href="/a.js">"#, ["/a.js"]),
      (#"<link rel="preload" as="script" href="/a.js"><link rel=preload as=style href=/a.css>"#, ["/a.js", "/a.css"]),
      (#"<base href="/base/"><script src="a.js"></script><base href="/other/">"#, ["/base/a.js"]),
      (#"<script src="/a.js"></script><script src="/a.js"></script>"#, ["/a.js"]),
      (#"<script>document.write('<script src="/no.js"><\/script>')</script><script src="/a.js"></script>"#, ["/a.js"]),
      (#"<p title="<script src='/no.js'>">x</p><script src="/a.js"></script>"#, ["/a.js"]),
      (#"<!-- <script src="/no.js"></script> --><!--><script src="/a.js"></script>"#, ["/a.js"]),
      (#"<style>a:after{content:"<script src=/no.js>"}</style><script src=/a.js></script>"#, ["/a.js"]),
      (#"<noscript><link rel=stylesheet href=/no.css></noscript><script src=/a.js></script>"#, ["/a.js"]),
      (#"<template id="B:0"></template><script src=/a.js></script>"#, ["/a.js"]),
      (#"<script src=/a.js src=/no.js>"#, ["/a.js"]),
    ])
  func scriptsStylesBrowser(_ html: String, _ expected: [String]) {
    #expect(parts(html) == expected)
  }

  @Test(
    "are nothing else",
    arguments: [
      "", "<", "<script", "<script src", "<script src=", "<script src=\"/a.js", "<script src=/a.js",
      "</script src=/a.js>",
      "<!--", "<!-- <script src=/a.js>", "< script src=/a.js>", "<scripts src=/a.js></scripts>",
      "<script src></script>",
      "<script src=\"\"></script>", "<script nomodule src=/old.js></script>",
      #"<script type="application/json" src="/data.json"></script>"#, #"<link rel="icon" href="/icon.png">"#,
      #"<link rel="preload" as="font" href="/a.woff2">"#, #"<link rel="alternate stylesheet" href="/dark.css">"#,
      #"<link rel="stylesheet" disabled href="/a.css">"#, #"<img src="/a.png">"#,
      "<script src=\"javascript:x\"></script>",
      "<script =src=/a.js></script>", "\u{FFFF}<\u{0}script src=/a.js>",
    ])
  func nothingElse3(_ html: String) {
    #expect(parts(html) == [])
  }

  @Test("of another site keep its name")
  func anotherSiteKeep() {
    let html =
      #"<script src="https://cdn.example.com/a.js"></script><base href="//cdn.example.com"><script src="b.js">"#

    let parts = PageParts.of(Array(html.utf8), at: page)

    #expect(parts.map(\.description) == ["https://cdn.example.com/a.js", "https://cdn.example.com/b.js"])
  }

  @Test(
    "are found in much of anything",
    arguments: [
      "<", "<!--", "<script ", "<script src='", "<a b=\"", "<style>", "<link rel=stylesheet href=x>", "&#", "<a &",
      "<script src=x>", "\u{0}", "=", "<a =", "\"'",
    ])
  func foundMuchAnything(_ piece: String) {
    let html = Array(repeating: Array(piece.utf8), count: (1 << 17) / piece.utf8.count).flatMap(\.self)

    let start = ContinuousClock.now
    #expect(PageParts.of(html, at: page).count <= 1)
    #expect(ContinuousClock.now - start < .seconds(30), "it looks at each byte more than a few times")
  }
}
