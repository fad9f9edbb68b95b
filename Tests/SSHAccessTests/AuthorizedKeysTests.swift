import SSHAccess
import Deploy
import Testing

@Suite("authorized_keys")
struct AuthorizedKeysTests {
  private let ed = SampleKeys.ed25519
  private let ecdsa = SampleKeys.ecdsa256

  private func command(_ name: String = "laptop", root: String? = nil) throws -> ForcedCommand {
    try ForcedCommand(binary: "/usr/bin/nextdeploy", key: KeyName(name), root: root)
  }

  private func adding(_ name: String, _ key: String, to text: [UInt8]) throws -> AuthorizedKeys {
    var keys = AuthorizedKeys(text)
    try keys.add(KeyName(name), PublicKey(key), running: command(name))
    return keys
  }

  @Test("has a restricted line with a forced command for each key")
  func line() throws {
    let keys = try adding("laptop", ed + " anna@home", to: [])

    #expect(
      String(decoding: keys.bytes, as: UTF8.self)
        == "restrict,command=\"/usr/bin/nextdeploy shell --key laptop\" \(ed) nextdeploy:laptop\n")
    #expect(keys.entries.map(\.name) == [try KeyName("laptop")])
    #expect(keys.entries.map(\.key) == [try PublicKey(ed)])
  }

  @Test(
    "keeps all other lines byte for byte",
    arguments: [
      "# mine\n\nssh-rsa AAAA broken\n", "no line break at the end", "\r\n\t\n", "from=\"*\" x nextdeploy:laptop\n",
      "\n\n",
    ])
  func otherLines(text: String) throws {
    let before = Array(text.utf8) + (text.hasSuffix("end") ? [0xff, 0xfe] : [])

    var keys = try adding("laptop", ed, to: before)
    let added = keys.bytes
    let removed = try keys.remove(KeyName("laptop"))

    #expect(added.starts(with: before))
    #expect(removed)
    #expect(keys.bytes == before + (before.last == 0x0a ? [] : [0x0a]))
  }

  @Test("takes neither a name nor a key twice")
  func twice() throws {
    let first = try adding("laptop", ed, to: [])

    let name = #expect(throws: Failure.self) { try adding("laptop", ecdsa, to: first.bytes) }
    let key = #expect(throws: Failure.self) { try adding("desk", ed, to: first.bytes) }
    let foreign = #expect(throws: Failure.self) { try adding("desk", ed, to: Array("# x\n\(ed) me\n".utf8)) }

    #expect(name?.cause == "there is one of that name")
    #expect(key?.cause == "the same key is there as laptop")
    #expect(foreign?.cause.hasPrefix("line 2 of authorized_keys, which is not nextdeploy's") == true)
    _ = try adding("desk", ed, to: Array("#\(ed) me\n".utf8))
  }

  @Test("shows a line of nextdeploy's that somebody damaged")
  func damaged() throws {
    let text = "restrict,command=\"/usr/bin/nextdeploy shell --key laptop\" ssh-ed25519 AAAA nextdeploy:laptop\n"

    let keys = AuthorizedKeys(Array(text.utf8))

    #expect(keys.entries.map(\.name) == [try KeyName("laptop")])
    #expect(keys.entries.map(\.key) == [nil])
  }

  @Test("hands on another root, and paths with spaces in quotes")
  func forced() throws {
    #expect(
      try command(root: "/srv/next deploy; rm").description
        == "/usr/bin/nextdeploy shell --key laptop --root '/srv/next deploy; rm'")
  }

  @Test("never holds a path that no quotes could hold", arguments: ["/a'b", "/a\"b", "/a\nb", "/a\\b", "/a\u{7f}"])
  func unquotable(root: String) {
    #expect(throws: Failure.self) { try command(root: root) }
  }

  @Test("has names that mean nothing in it", arguments: ["", "-x", "a b", "a\"", "a\nb", "a,b", "ä", ".", "a/b"])
  func badName(name: String) {
    #expect(throws: Failure.self) { try KeyName(name) }
  }

  @Test("has names of people, machines and services", arguments: ["anna@laptop", "ci", "GitHub_Actions-2", "7.x"])
  func goodName(name: String) throws {
    #expect(try KeyName(name).description == name)
  }
}
