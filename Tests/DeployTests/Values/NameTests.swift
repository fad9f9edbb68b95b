@testable import Deploy
import Testing

/// Text that a hostile pusher or a slip of the keyboard may put where a name should be.
let hostile = [
  "", " ", "\n", "\0", "a\nb", "a\0b", "../a", "..", "/a", "-a", "--help", "a b", "a;b", "$(a)", "ä", "а",
  "a\u{301}", "\u{202E}a",
]

@Suite("An app's name")
struct NameTests {
  @Test(
    "is a lowercase letter, then letters, digits and hyphens",
    arguments: ["a", "shop", "shop-admin", "s3", "a" + String(repeating: "-", count: 38)])
  func lowercaseLetterLetters(_ text: String) throws {
    #expect(try AppName(text).description == text)
  }

  @Test(
    "is nothing else",
    arguments: hostile + ["Shop", "3shop", "shop_admin", "shop.", "shop/x", String(repeating: "a", count: 40)])
  func nothingElse3(_ text: String) {
    let error = #expect(throws: Failure.self) { try AppName(text) }

    #expect(error?.kind == .usage)
    #expect((error?.cause.count ?? 0) < 200)
  }

  @Test("is checked when it is read from a file, too")
  func checkedWhenRead() throws {
    #expect(throws: Failure.self) { try AppName(from: TextDecoder("../shop")) }
    #expect(try AppName(from: TextDecoder("shop")).description == "shop")
  }
}

@Suite("A branch's name")
struct BranchNameTests {
  @Test("follows git's rules", arguments: ["main", "feature/a", "v1.2", "a-b_c", "ünïcode", "a@b", "HEAD"])
  func followsGitRules(_ text: String) throws {
    let branch = try BranchName(text)

    #expect(branch.ref == "refs/heads/\(text)")
  }

  @Test(
    "breaks none of them",
    arguments: [
      "", "-a", "a..b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\nb", "a\0b", "a\u{7f}", "/a", "a/",
      "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{b",
      // A combining mark does not make another byte of what stands before it.
      "a~\u{301}b", "a:\u{301}b", "a..\u{301}b", "a/\u{301}/.b", "a@{\u{301}b", "-\u{301}a", "/\u{301}a",
    ])
  func breaksNone3(_ text: String) {
    #expect(throws: Failure.self) { try BranchName(text) }
  }
}

@Suite("A domain")
struct DomainTests {
  @Test(
    "is a host's name in lowercase",
    arguments: [
      ("shop.example.com", "shop.example.com"), ("Shop.Example.COM", "shop.example.com"), ("a-b.c", "a-b.c"),
      ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.example", "1.example"),
    ])
  func hostNameLowercase(_ text: String, _ name: String) throws {
    #expect(try Domain(text).description == name)
  }

  @Test(
    "is nothing else",
    arguments: hostile + [
      "localhost", "http://a.b", "a.b:80", "a.b/", "a..b", ".a.b", "a.b.", "-a.b", "a-.b", "a_b.c", "*.a.b", "a.b\n",
      "a.b {", String(repeating: "a", count: 64) + ".b", Array(repeating: "abc", count: 64).joined(separator: "."),
    ])
  func nothingElse4(_ text: String) {
    #expect(throws: Failure.self) { try Domain(text) }
  }
}

@Suite("A commit's id")
struct CommitIdTests {
  @Test("is 40 hexadecimal digits")
  func fortyHexadecimalDigits() throws {
    let text = "0123456789abcdef0123456789abcdef01234567"

    let id = try CommitID(text)

    #expect(id.description == text)
    #expect(id.short == "01234567")
    #expect(!id.isNull)
    #expect(try CommitID(String(repeating: "0", count: 40)).isNull)
  }

  @Test(
    "is nothing else",
    arguments: hostile + [
      String(repeating: "a", count: 39), String(repeating: "a", count: 41), String(repeating: "g", count: 40),
      String(repeating: "A", count: 40), String(repeating: "a", count: 39) + "\n",
    ])
  func nothingElse5(_ text: String) {
    #expect(throws: Failure.self) { try CommitID(text) }
  }
}

@Suite("Quoted text")
struct QuotedTextTests {
  @Test("shows control characters and is cut where it is long")
  func showsControlCharacters() {
    #expect("a\u{1B}[2Jb\n".quoted == "'a\u{FFFD}[2Jb\u{FFFD}'")
    #expect(String(repeating: "a", count: 80).quoted == "'\(String(repeating: "a", count: 80))'")
    #expect(String(repeating: "a", count: 81).quoted == "'\(String(repeating: "a", count: 80))…'")
  }
}
