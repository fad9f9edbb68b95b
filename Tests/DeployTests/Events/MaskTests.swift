@testable import Deploy
import Testing

private func hidden(_ text: String, _ secrets: [String], chunks: [Int] = []) -> String {
  var stream = Mask(secrets).stream()
  var rest = Array(text.utf8)[...]
  var shown: [UInt8] = []
  for size in chunks {
    shown += stream.add(Array(rest.prefix(size)))
    rest = rest.dropFirst(size)
  }
  shown += stream.add(Array(rest))
  return String(decoding: shown + stream.end(), as: UTF8.self)
}

@Suite("A secret in output")
struct MaskTests {
  @Test(
    "is hidden where it is exact and has 8 characters or more",
    arguments: [
      ("token=hunter2hunter2!", ["hunter2hunter2"], "token=****!"), ("1234567", ["1234567"], "1234567"),
      ("12345678", ["12345678"], "****"), ("pässwörd", ["pässwörd"], "****"),
      ("secret-a secret-ab", ["secret-a", "secret-ab"], "**** ****"), ("secret-a", ["secret-ab"], "secret-a"),
      ("abcabcabcabd", ["abcabcabd"], "abc****"),
      ("first-one\r\nand\nsecond-one", ["first-one\nshort\nsecond-one"], "****\r\nand\n****"),
      // Of two that overlap nothing is left.
      ("xabcdefghijklmx", ["abcdefghi", "ghijklmno", "fghijklm"], "x****x"), ("", ["12345678"], ""),
    ])
  func hiddenExact8(_ text: String, _ secrets: [String], _ shown: String) {
    #expect(hidden(text, secrets) == shown)
  }

  @Test("is hidden however the output comes")
  func hiddenHoweverOutput() {
    let text = "a secret-one, secret-two secret-on secret-onesecret-two, ssecret-one\nand-more\nsecret-on"
    let secrets = ["secret-one", "secret-two", "secret-one\nand-more", "one, secret"]
    let whole = hidden(text, secrets)

    for size in 1...20 { #expect(hidden(text, secrets, chunks: Array(repeating: size, count: 100)) == whole) }
    for split in 0...text.utf8.count { #expect(hidden(text, secrets, chunks: [split]) == whole) }
    #expect(!whole.contains("secret-one") && !whole.contains("secret-two"))
  }

  @Test("does not hold back what cannot be the beginning of one")
  func doesNotHold() {
    var stream = Mask(["secret-one"]).stream()

    #expect(stream.add(Array("building a se".utf8)) == Array("building a ".utf8))
    #expect(stream.add(Array("rver\n".utf8)) == Array("server\n".utf8))
    #expect(stream.end() == [])
  }

  @Test("is hidden in all of a failure")
  func hiddenFailure3() {
    let failure = Failure(
      "a hunter2hunter2", "b hunter2hunter2", next: "c", excerpt: ["x", "two-lines", "of-secret", ""])

    let redacted = Mask(["hunter2hunter2", "two-lines\nof-secret"]).redact(failure)

    #expect(redacted == Failure("a ****", "b ****", next: "c", excerpt: ["x", "****", ""]))
  }

  @Test("is hidden though what no terminal shows cuts it in two")
  func hiddenThoughNo() {
    let failure = Failure(
      "a hunter\u{1B}[1m2hunter2", "b hunter2\rhunter2 two-lines\nof-secret", next: "c hunter2\u{9B}\u{202E}hunter2",
      excerpt: ["hunter2\u{1B}[31mhunter2", "\u{7}two-lines", "of-secret\u{8}"])

    let redacted = Mask(["hunter2hunter2", "two-lines\nof-secret"]).redact(failure)

    #expect(redacted == Failure("a ****", "b **** ****", next: "c ****", excerpt: ["****", "****"]))
  }

  @Test("is hidden where its own control characters are not shown")
  func hiddenOwnControl() {
    #expect(Mask(["secret\u{1B}[1mwith\tsigns"]).redact("x secret\u{1B}[1mwith\tsigns") == "x ****")
  }

  @Test("is never a public value")
  func noValuePublic() {
    let environment = AppEnvironment([
      "NEXT_PUBLIC_A": .init("public-value"), "APP_ENV": .init("production"), "DB_HOST": .init("localhost"),
      "B": .init("b"),
    ])

    #expect(environment.secrets == ["b"])
  }
}
