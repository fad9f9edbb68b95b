import SSHAccess
import Deploy
import Testing

@Suite("A client's line")
struct ClientLineTests {
  @Test(
    "is taken apart as git and people write it",
    arguments: [
      ("", []), ("  \t ", []), ("status shop", ["status", "shop"]), (" logs  -f\tshop ", ["logs", "-f", "shop"]),
      ("git-receive-pack '/shop.git'", ["git-receive-pack", "/shop.git"]),
      ("git-upload-pack 'it'\\''s'", ["git-upload-pack", "it's"]),
      ("git-upload-pack 'hey'\\!''", ["git-upload-pack", "hey!"]),
      ("a ''", ["a", ""]), ("a \"b c\"'d e'f", ["a", "b cd ef"]), ("a \"\\\"\\x\\$\"", ["a", "\"\\x$"]),
      ("a '$(b); `c` | d > e \\'", ["a", "$(b); `c` | d > e \\"]), ("a \\; \\ b", ["a", ";", " b"]),
      ("rebuild HEAD~1 * ~ # {}", ["rebuild", "HEAD~1", "*", "~", "#", "{}"]), ("größe 'ü'", ["größe", "ü"]),
    ])
  func words(line: String, words: [String]) throws {
    #expect(try ClientLine.words(line) == words)
  }

  @Test(
    "is refused where a shell would do something, and where it is no line",
    arguments: [
      ("status; id", "';' means something to a shell only"), ("status $(id)", "'$' means something"),
      ("status `id`", "'`' means something"), ("status \"`id`\"", "'`' means something"),
      ("status \"$(id)\"", "'$' means something"), ("logs | tail", "'|' means something"),
      ("status && id", "'&' means something"), ("status > /tmp/x", "'>' means something"),
      ("status < /tmp/x", "'<' means something"), ("(status)", "'(' means something"),
      ("status\nid", "there is a line break in it"), ("status 'a\nb'", "there is a line break in it"),
      ("status \\\n", "there is a line break in it"), ("status\rid", "there is a line break in it"),
      ("status \0", "there is a control character in it"), ("status '\u{1B}[2J'", "there is a control character in it"),
      ("status 'shop", "a quote (') is not closed"), ("status \"shop", "a quote (\") is not closed"),
      ("status \"shop\\", "a quote (\") is not closed"), ("status \\", "it ends with a backslash"),
      ("status " + String(repeating: "a", count: 1 << 20), "it is 1048583 bytes long"),
    ])
  func refused(line: String, cause: String) {
    let failure = #expect(throws: Failure.self) { try ClientLine.words(line) }

    #expect(failure?.kind == .usage)
    #expect(failure?.cause.hasPrefix(cause) == true, "\(failure?.cause ?? "")")
  }

  @Test(
    "asks for a push or a fetch in every form that git writes",
    arguments: ["shop", "/shop", "shop.git", "/shop.git", "shop/", "/shop.git/"])
  func git(path: String) throws {
    for words in [["git-receive-pack", path], ["git", "receive-pack", path]] {
      let request = try #require(try GitRequest(words))
      #expect(request.service == .push)
      #expect(try request.app == AppName("shop"))
    }
    #expect(try GitRequest(["git-upload-pack", path])?.service == .fetch)
    #expect(try GitRequest(["status", path]) == nil)
    #expect(try GitRequest([]) == nil)
  }

  @Test(
    "asks for nothing else of git's, and for no path",
    arguments: [
      ["git-upload-archive", "shop"], ["git-lfs-authenticate", "shop", "upload"], ["git", "status"], ["git-shell"],
      ["git-receive-pack"], ["git-receive-pack", "shop", "blog"], ["git-receive-pack", "--help", "shop"],
      ["git-upload-pack", "../shop"], ["git-upload-pack", "shop/../blog"], ["git-upload-pack", "//shop"],
      ["git-upload-pack", "/opt/nextdeploy/apps/shop/repo.git"], ["git-upload-pack", "--upload-pack=id"],
      ["git-upload-pack", "Shop"], ["git-upload-pack", ""], ["git-upload-pack", ".git"],
      ["git-upload-pack", "sh\u{301}op"],
      ["git-upload-pack", "shop.git.git"], ["git-upload-pack", "~/shop"], ["git-upload-pack", "shop\0"],
    ])
  func otherGit(words: [String]) {
    #expect(throws: Failure.self) { try GitRequest(words) }
  }

  @Test("hands on git's protocol only where it is a version")
  func gitProtocol() {
    #expect(GitProtocol.checked("version=2") == "version=2")
    for value in [nil, "", "version=", "version=22", "version=2:x", "version=x", "version=2\n", "x", "version=²"] {
      #expect(GitProtocol.checked(value) == nil)
    }
  }
}

@Suite("The rights of a key")
struct RightsTests {
  @Test("are those of its apps, compared whole")
  func bound() throws {
    let shop = try AppName("shop"), admin = try AppName("shop-admin")
    let rights = Rights.key(try KeyName("ci"), apps: [shop])

    #expect(rights.allows(shop))
    #expect(!rights.allows(admin))
    #expect(!rights.isUnbound)
    let failure = #expect(throws: Failure.self) { try rights.require(admin, "looking") }
    #expect(failure?.description == "looking: the key ci is only for shop")
  }

  @Test("are everything where it is bound to nothing, and nothing where its last app is gone")
  func edges() throws {
    let name = try KeyName("ci"), shop = try AppName("shop")

    #expect(Rights.key(name, apps: nil).allows(shop))
    #expect(Rights.key(name, apps: nil).isUnbound)
    #expect(!Rights.key(name, apps: []).allows(shop))
    #expect(throws: Failure.self) { try Rights.key(name, apps: []).requireUnbound("making") }
  }
}
