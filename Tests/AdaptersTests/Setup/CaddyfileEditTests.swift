import Testing

@testable import Adapters

private let admin = "\t\(CaddyfileEdit.admin)"
private let imports = "# The apps of nextdeploy, one file each.\n\(CaddyfileEdit.sites)\n"

@Suite("The edit of the admin's Caddyfile")
struct CaddyfileEditTests {
  @Test("puts global options first and the import last, and keeps every line")
  func debian() {
    let edit = CaddyfileEdit("# Debian's own.\n\n:80 {\n\troot * /usr/share/caddy\n\tfile_server\n}\n")

    #expect(
      edit.text == """
        {
        \(admin)
        }

        # Debian's own.

        :80 {
        \troot * /usr/share/caddy
        \tfile_server
        }

        \(imports)
        """)
  }

  @Test("adds to the global options that are there")
  func merged() {
    let edit = CaddyfileEdit("# Mine.\n{\n\temail a@example.com\n}\n")

    #expect(edit.text == "# Mine.\n{\n\(admin)\n\temail a@example.com\n}\n\n\(imports)")
  }

  @Test(
    "leaves the administration where the admin put it",
    arguments: [
      "admin unix//run/caddy.sock", "admin off", "email a@example.com\n\tlog {\n\t\toutput stderr\n\t}\n\tadmin :9",
    ])
  func kept(options: String) {
    let edit = CaddyfileEdit("{\n\t\(options)\n}\n")

    #expect(!edit.addsAdmin)
    #expect(edit.text == "{\n\t\(options)\n}\n\n\(imports)")
  }

  @Test("does not take a site's own block for global options")
  func site() {
    let edit = CaddyfileEdit("example.com {\n\tadmin off\n}\n")

    #expect(edit.addsAdmin && edit.text.hasPrefix("{\n\(admin)\n}\n\nexample.com {"))
  }

  @Test("changes nothing the second time", arguments: ["", ":80 {\n}\n", "{\n\tdebug\n}", "# only a comment"])
  func idempotent(text: String) {
    let once = CaddyfileEdit(text)

    #expect(CaddyfileEdit(once.text).changesNothing)
    #expect(CaddyfileEdit(once.text).text == once.text)
  }
}
