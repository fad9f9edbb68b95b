@testable import Deploy
import Testing

private let page = WebAddress(Origin(.https, host: "shop.example.com"), "/a/b?c=d")

@Suite("A web address")
struct WebAddressTests {
  @Test(
    "means what a browser makes of a reference",
    arguments: [
      ("/", "https://shop.example.com/"), ("/x?y=z#top", "https://shop.example.com/x?y=z"),
      ("", "https://shop.example.com/a/b?c=d"), ("#top", "https://shop.example.com/a/b?c=d"),
      ("?e", "https://shop.example.com/a/b?e"), ("x", "https://shop.example.com/a/x"),
      ("./x", "https://shop.example.com/a/x"), ("../x", "https://shop.example.com/x"),
      ("../../../x", "https://shop.example.com/x"), (".", "https://shop.example.com/a/"),
      ("..", "https://shop.example.com/"), ("x/%2e%2E/y", "https://shop.example.com/a/y"),
      ("/x?../y", "https://shop.example.com/x?../y"), ("x:y", nil), ("./x:y", "https://shop.example.com/a/x:y"),
      ("//other.example.com/x", "https://other.example.com/x"), ("//other.example.com", "https://other.example.com/"),
      ("//other.example.com?x", "https://other.example.com/?x"),
      ("http://Other.Example.com", "http://other.example.com/"),
      ("HTTPS://other.example.com:8443/x", "https://other.example.com:8443/x"),
      ("http://other.example.com:80/x", "http://other.example.com/x"), ("http:x", "http://x/"),
      ("https:x", "https://shop.example.com/a/x"), ("https:/x", "https://shop.example.com/x"),
      ("http:///other.example.com", "http://other.example.com/"),
      ("http://user:pass@other.example.com@x/y", "http://x/y"),
      ("http://[::1]:3001/x", "http://[::1]:3001/x"), ("http://[::1", nil), ("http://", nil), ("http://x:99999/", nil),
      ("http://x:y/", nil), ("http://a b/", nil), ("http://bücher.example/", nil), ("mailto:a@example.com", nil),
      ("javascript:alert(1)", nil), ("data:text/css,a{}", nil),
      // As browsers read them.
      (" \t/x\n ", "https://shop.example.com/x"), ("/a\r\nHost: b", "https://shop.example.com/aHost:%20b"),
      (#"/\other.example.com\x"#, "https://other.example.com/x"), (#"\x\..\y"#, "https://shop.example.com/y"),
      ("/é \"<", "https://shop.example.com/%C3%A9%20%22%3C"), ("/\u{301}../x", "https://shop.example.com/%CC%81../x"),
    ])
  func meansBrowserTakes(_ reference: String, _ meaning: String?) {
    #expect(page.resolving(reference)?.description == meaning)
  }

  @Test(
    "can stand in a request's first line, whatever it was made of",
    arguments: ["/a b\r\nX: y", "\u{7F}", "a", "/\u{0}", String(repeating: "/..", count: 100_000)])
  func canStandRequest(_ text: String) {
    for target in [WebAddress(page.origin, text).target, page.resolving(text)?.target ?? "/"] {
      #expect(target.hasPrefix("/"))
      #expect(target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }
  }
}
