import SSHAccess
import Deploy
import Testing

@Suite("A public key")
struct PublicKeyTests {
  @Test("of every type that OpenSSH takes is read, its comment and line break dropped", arguments: SampleKeys.working)
  func working(line: String) throws {
    let words = line.split(separator: " ").map(String.init)

    for text in [line, line + "\n", line + "\r\n", line + " a comment nextdeploy:other", "  " + line] {
      let key = try PublicKey(text)

      #expect(key.type == words[0])
      #expect(key.base64 == words[1])
    }
  }

  struct Refused: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let cause: String

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ cause: String) {
      self.name = name
      self.text = text
      self.cause = cause
    }

    static let ed = SampleKeys.ed25519

    static let all = [
      Refused("nothing", "", "it is empty"),
      Refused("a line break alone", "\n", "it is empty"),
      Refused("two keys", "\(ed)\n\(SampleKeys.ecdsa256)\n", "it has several lines"),
      Refused("an option on a second line", "\(ed)\ncommand=\"sh\" \(ed)", "it has several lines"),
      Refused("a lone carriage return", "\(ed) x\r\(ed)", "it has several lines"),
      Refused("a NUL", "\(ed) x\0", "there are control characters in it"),
      Refused("an escape sequence", "\(ed) \u{1B}[2J", "there are control characters in it"),
      Refused("no key after the type", "ssh-ed25519", "nothing stands after 'ssh-ed25519'"),
      Refused("options", "command=\"sh\" \(ed)", "options are not taken from outside"),
      Refused("an option of one word", "cert-authority \(ed)", "options are not taken from outside"),
      Refused("a file's name", "/root/.ssh/id.pub", "is not a known type of key"),
      Refused("a DSA key", "ssh-dss AAAAB3NzaC1kc3M=", "OpenSSH takes no DSA keys any more"),
      Refused(
        "a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
        "it is a private key, which must never leave its owner's machine"),
      Refused("a PuTTY key", "PuTTY-User-Key-File-3: ssh-ed25519\n", "it is a private key"),
      Refused("a key of RFC 4716", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "RFC 4716"),
      Refused("a cut key", String(ed.dropLast(5)), "it is cut or damaged"),
      Refused("a key cut at a whole group", String(ed.dropLast(4)), "cut or damaged"),
      Refused("what is no base64", "ssh-ed25519 AAAA*AAA", "is not base64"),
      Refused("padding too early", "ssh-ed25519 AA==AAAA", "is not base64"),
      Refused("a key of another type", SampleKeys.otherInside, "of type 'ecdsa-sha2-nistp256'"),
      Refused("a key too short", SampleKeys.ed25519Short, "it is damaged"),
      Refused("a key with more behind it", SampleKeys.ed25519WithMore, "it is damaged"),
      Refused("a short RSA key", SampleKeys.rsa1024, "it has 1024 bits, fewer than the 2048 that are safe"),
      Refused("a megabyte", "ssh-rsa " + String(repeating: "A", count: 1 << 20), "no key is"),
    ]
  }

  @Test("that is not one is refused, with a line that says why", arguments: Refused.all)
  func refused(refused: Refused) {
    let failure = #expect(throws: Failure.self) { try PublicKey(refused.text) }

    #expect(failure?.kind == .usage)
    #expect(failure?.cause.contains(refused.cause) == true, "\(failure?.cause ?? "")")
    #expect(failure?.next.isEmpty == false)
  }
}
