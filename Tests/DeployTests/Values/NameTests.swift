@testable import Deploy
import Testing

/// Text that a hostile pusher or a slip of the keyboard may put where a name should be.
let hostile = [
  "", " ", "\n", "\0", "a\nb", "a\0b", "../a", "..", "/a", "-a", "--help", "a b", "a;b", "$(a)", "ä", "а",
  "a\u{301}", "\u{202E}a",
]

@Suite struct `An app's name` {
  @Test(arguments: ["a", "shop", "shop-admin", "s3", "a" + String(repeating: "-", count: 38)])
  func `is a lowercase letter, then letters, digits and hyphens`(_ text: String) throws {
    #expect(try AppName(text).description == text)
  }

  @Test(arguments: hostile + ["Shop", "3shop", "shop_admin", "shop.", "shop/x", String(repeating: "a", count: 40)])
  func `is nothing else`(_ text: String) {
    let error = #expect(throws: Failure.self) { try AppName(text) }

    #expect(error?.kind == .usage)
    #expect((error?.cause.count ?? 0) < 200)
  }

  @Test func `is checked when it is read from a file, too`() throws {
    #expect(throws: Failure.self) { try AppName(from: TextDecoder("../shop")) }
    #expect(try AppName(from: TextDecoder("shop")).description == "shop")
  }
}

@Suite struct `A branch's name` {
  @Test(arguments: ["main", "feature/a", "v1.2", "a-b_c", "ünïcode", "a@b", "HEAD"])
  func `follows git's rules`(_ text: String) throws {
    let branch = try BranchName(text)

    #expect(branch.ref == "refs/heads/\(text)")
  }

  @Test(arguments: [
    "", "-a", "a..b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\nb", "a\0b", "a\u{7f}", "/a", "a/",
    "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{b",
    // A combining mark does not make another byte of what stands before it.
    "a~\u{301}b", "a:\u{301}b", "a..\u{301}b", "a/\u{301}/.b", "a@{\u{301}b", "-\u{301}a", "/\u{301}a",
  ])
  func `breaks none of them`(_ text: String) {
    #expect(throws: Failure.self) { try BranchName(text) }
  }
}

@Suite struct `A domain` {
  @Test(arguments: [
    ("shop.example.com", "shop.example.com"), ("Shop.Example.COM", "shop.example.com"), ("a-b.c", "a-b.c"),
    ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.example", "1.example"),
  ])
  func `is a host's name in lowercase`(_ text: String, _ name: String) throws {
    #expect(try Domain(text).description == name)
  }

  @Test(
    arguments: hostile + [
      "localhost", "http://a.b", "a.b:80", "a.b/", "a..b", ".a.b", "a.b.", "-a.b", "a-.b", "a_b.c", "*.a.b", "a.b\n",
      "a.b {", String(repeating: "a", count: 64) + ".b", Array(repeating: "abc", count: 64).joined(separator: "."),
    ])
  func `is nothing else`(_ text: String) {
    #expect(throws: Failure.self) { try Domain(text) }
  }
}

@Suite struct `A commit's id` {
  @Test func `is 40 hexadecimal digits`() throws {
    let text = "0123456789abcdef0123456789abcdef01234567"

    let id = try CommitID(text)

    #expect(id.description == text)
    #expect(id.short == "01234567")
    #expect(!id.isNull)
    #expect(try CommitID(String(repeating: "0", count: 40)).isNull)
  }

  @Test(
    arguments: hostile + [
      String(repeating: "a", count: 39), String(repeating: "a", count: 41), String(repeating: "g", count: 40),
      String(repeating: "A", count: 40), String(repeating: "a", count: 39) + "\n",
    ])
  func `is nothing else`(_ text: String) {
    #expect(throws: Failure.self) { try CommitID(text) }
  }
}

@Suite struct `Quoted text` {
  @Test func `shows control characters and is cut where it is long`() {
    #expect("a\u{1B}[2Jb\n".quoted == "'a\u{FFFD}[2Jb\u{FFFD}'")
    #expect(String(repeating: "a", count: 80).quoted == "'\(String(repeating: "a", count: 80))'")
    #expect(String(repeating: "a", count: 81).quoted == "'\(String(repeating: "a", count: 80))…'")
  }
}
