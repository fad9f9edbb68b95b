import GitHubActions
import Deploy
import Testing

@Suite("A remote")
struct RemoteTests {
  @Test(
    "is read in every form that names an app over ssh",
    arguments: [
      ("nextdeploy@host:shop", "ssh://nextdeploy@host:22", "nextdeploy@host:shop"),
      (
        "nextdeploy@shop.example.com:/shop.git", "ssh://nextdeploy@shop.example.com:22",
        "nextdeploy@shop.example.com:shop"
      ),
      ("ssh://nextdeploy@Host/shop", "ssh://nextdeploy@Host:22", "nextdeploy@Host:shop"),
      ("ssh://nextdeploy@host:2222/shop", "ssh://nextdeploy@host:2222", "ssh://nextdeploy@host:2222/shop"),
      ("nextdeploy@[::1]:shop", "ssh://nextdeploy@[::1]:22", "nextdeploy@[::1]:shop"),
      (
        "ssh://nextdeploy@[2001:db8::9]:22/shop.git/", "ssh://nextdeploy@[2001:db8::9]:22",
        "nextdeploy@[2001:db8::9]:shop"
      ),
      ("me.too@203.0.113.9:shop", "ssh://me.too@203.0.113.9:22", "me.too@203.0.113.9:shop"),
    ])
  func forms(text: String, server: String, short: String) throws {
    let remote = try Remote(text)

    #expect(remote.server == server)
    #expect(remote.short == short)
    #expect(remote.app.description == "shop")
    #expect(try Remote(remote.short) == remote)
    #expect(try Remote("\(remote.server)/shop") == remote)
  }

  @Test(
    "is refused where it is not one, with what to write instead",
    arguments: [
      ("https://github.com/me/shop", "reached over ssh only"),
      ("/opt/nextdeploy/apps/shop/repo.git", "does not name an app"),
      ("../shop", "does not name an app"), ("./a:shop", "does not name an app"),
      ("git://host/shop", "does not name an app"),
      ("host:shop", "does not name an app"), ("ssh://host/shop", "does not name an app"), ("", "does not name an app"),
      ("ssh://nextdeploy@host", "does not name an app"), ("nextdeploy@host:", "not an app's name"),
      ("nextdeploy@host:a/b", "not an app's name"), ("nextdeploy@host:Shop", "not an app's name"),
      ("ssh://nextdeploy@host:0/shop", "'0' is not a port"), ("ssh://nextdeploy@host:65536/shop", "is not a port"),
      ("ssh://nextdeploy@host:+22/shop", "is not a port"), ("ssh://nextdeploy@host:/shop", "is not a port"),
      ("ssh://nextdeploy@[::1/shop", "does not name an app"), ("ssh://nextdeploy@[::1]x/shop", "does not name an app"),
      ("nextdeploy@-oProxyCommand=x:shop", "neither a host name nor an address"),
      ("nextdeploy@ho st:shop", "neither a host name"), ("nextdeploy@ho'st:shop", "neither a host name"),
      ("nextdeploy@${{x}}:shop", "neither a host name"), ("nextdeploy@[::g]:shop", "neither a host name"),
      ("-l@host:shop", "not a user's name"), ("a b@host:shop", "not a user's name"),
      ("a$(b)@host:shop", "not a user's name"),
      ("@host:shop", "not a user's name"),
    ])
  func refused(text: String, cause: String) throws {
    let failure = #expect(throws: Failure.self) { try Remote(text) }

    #expect(failure?.cause.contains(cause) == true, "\(failure?.cause ?? "")")
    #expect(failure?.next.isEmpty == false)
    #expect(failure?.exitCode == 2)
  }

  @Test(
    "is private where nobody outside of its network reaches it",
    arguments: [
      ("10.1.2.3", true), ("127.0.0.1", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true),
      ("203.0.113.9", false), ("::1", true), ("fd00::1", true), ("2001:db8::1", false), ("localhost", true),
      ("shop.example.com", false), ("10.example.com", false),
    ])
  func privacy(host: String, isPrivate: Bool) throws { #expect(try HostName(host).isPrivate == isPrivate) }
}
