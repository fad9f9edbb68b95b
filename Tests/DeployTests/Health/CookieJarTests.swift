@testable import Deploy
import Testing

@Suite("A visit's cookies")
struct CookieJarTests {
  private func header(_ lines: [String], by origin: Origin = Origin(.https, host: "shop.example.com")) -> String? {
    var jar = CookieJar()
    for line in lines { jar.set(line, by: origin) }
    return jar.header
  }

  @Test(
    "are sent back as they were set",
    arguments: [
      ([], nil), (["a=b"], "a=b"), (["a=b; Path=/; HttpOnly", " c = d=e "], "a=b; c=d=e"), (["a=b", "a=c"], "a=c"),
      (["a="], "a="), (["a"], nil), (["=b"], nil), (["a=b\u{1}"], nil), (["a=é"], nil),
      (["a=b", "a=; Max-Age=0"], nil), (["a=b", "a=; max-age=-1"], nil),
      (["a=b", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], nil), (["a=b; Secure"], "a=b"),
    ] as [([String], String?)])
  func sentBackSet(_ lines: [String], _ expected: String?) {
    #expect(header(lines) == expected)
  }

  @Test("that are secure are sent by plain HTTP to this machine only, as browsers do")
  func secureSentPlain() {
    #expect(header(["a=b; Secure", "c=d"], by: Origin(.http, host: "shop.example.com", port: 8080)) == "c=d")
    #expect(header(["a=b; Secure", "c=d"], by: Origin(.http, host: "localhost", port: 8080)) == "a=b; c=d")
  }

  @Test("never make a header that servers refuse")
  func neverMakeHeader() {
    let lines = (0..<1000).map { "\($0)=\(String(repeating: "x", count: 1000))" }

    #expect((header(lines)?.utf8.count ?? 0) < 8300)
  }
}
