extension HostileArchive {
  /// A zip archive.
  private static func zip(_ name: String, _ phrase: String, _ write: (inout Zip) -> Void) -> HostileArchive {
    var zip = Zip()
    write(&zip)
    return HostileArchive(name, phrase, zip.bytes)
  }

  private static let disagreement =
    "the directory at the end of the zip archive tells something else than what comes before it"
  private static let misfit = "the directory at the end of the zip archive does not fit what comes before it"

  static let zips: [HostileArchive] = [
    zip("a zip with a path up", "entry 2 '../outside/file': its path has '..' in it") {
      $0.add("a", "text")
      $0.add("../outside/file", "text")
    },
    zip("a zip with an absolute path", "entry 1 '/etc/x': its path is absolute") { $0.add("/etc/x", "text") },
    zip("a zip with a Windows path", "entry 1 '../outside/file': its path has '..' in it") {
      $0.add("..\\outside\\file", "text")
    },
    zip("a zip with a backslash in a name", "entry 1") { $0.add("a\\b", "text") },
    zip("a zip with a NUL in a name", "a NUL byte") { $0.add("a\0/../../outside/file", "text") },
    zip("a zip with two names", "entry 1 'ü': it has two names, 'é' and 'ü'") {
      $0.add("é", "text") { $0.extra = Zip.unicodePath("ü", instead: "é") }
    },
    zip("a zip with a second name that leads out", "its path has '..'") {
      $0.add("a", "text") { $0.extra = Zip.unicodePath("../outside/file", instead: "a") }
    },
    zip("a zip with a second name that its directory does not know", disagreement) {
      $0.add("a", "text") { $0.extra = Zip.unicodePath("b", instead: "a") }
    },
    zip("a zip with an escape sequence in a name", "its name has control characters") {
      $0.add("\u{1b}[31mred", "text")
    },
    zip("a zip with a name in another character set", "its name has bytes that are no UTF-8") {
      $0.add("x", "text") { entry in
        entry.name = [0x84, 0x94, 0x81]
        entry.flags = 0
      }
    },
    zip("a zip with a link up", "entry 1 'l': it is a link to '../outside', which is outside") {
      $0.add("l", "../outside", mode: 0o120777)
    },
    zip("a zip with a link to the root", "it is a link to the absolute path '/etc'") {
      $0.add("l", "/etc", mode: 0o120777)
    },
    zip("a zip with a link up through a link", "entry 1 'l': it is a link to 'a/../x', which goes up again after 'a'") {
      $0.add("l", "a/../x", mode: 0o120777)
      $0.add("a", "b/c", mode: 0o120777)
      $0.add("b/c/d", "text")
    },
    zip("a zip with a file through a link", "its path leads through 'l'") {
      $0.add("l", ".", mode: 0o120777)
      $0.add("l/file", "text")
    },
    zip("a zip with a link with a NUL", "whose target has a NUL byte") { $0.add("l", "a\0b", mode: 0o120777) },
    zip("a zip with a link of a megabyte", "it is a link to a path of more than 3800 bytes") {
      $0.add("l", String(repeating: "x", count: 1 << 20), mode: 0o120777)
    },
    zip("a zip with a setuid program", "entry 1 'su': it is a file with setuid or setgid") {
      $0.add("su", "text", mode: 0o104755)
    },
    zip("a zip with a device", "it is neither file, directory nor link") { $0.add("null", "", mode: 0o020666) },
    zip("a zip with a directory that is a file", disagreement) { $0.add("d/", "", mode: 0o100644) },
    zip("a zip with a file that is a directory", disagreement) { $0.add("f", "text", mode: 0o040755) },
    zip("a zip with a file twice", "entry 2 'a': an earlier entry has made something of that name") {
      $0.add("a", "text")
      $0.add("a", "text")
    },
    zip("an encrypted zip", "entry 1 'a': it is encrypted") { $0.add("a", "0123456789abcdef") { $0.flags |= 1 } },
    zip("a zip with LZMA", "is not taken: only what every zip writes") { $0.add("a", "text") { $0.method = 14 } },
    zip("a zip with a method that nobody knows", "entry 1 'a'") { $0.add("a", "text") { $0.method = 77 } },
    zip("a zip whose directory has another name", disagreement) {
      $0.add("a", "text") { $0.directoryName = Array("b".utf8) }
      $0.add("b", "text") { $0.directoryName = Array("a".utf8) }
    },
    zip("a zip whose directory has a name that is not there", disagreement) {
      $0.add("a", "text") { $0.directoryName = Array("b".utf8) }
    },
    zip("a zip whose directory has another size", disagreement) { $0.add("a", "text") { $0.directorySize = 3 } },
    zip("a zip with an entry that its directory hides", disagreement) {
      $0.add("a", "text")
      $0.add("hidden", "text") { $0.isListed = false }
    },
    zip("a zip with an entry that is not there", disagreement) {
      $0.add("a", "text")
      $0.add("b", "text") { $0.isThere = false }
    },
    zip("a zip with an entry in a gap that its directory hides", disagreement) { zip in
      var inner = Zip()
      inner.add("hidden", "text")
      let gap = inner.bytes
      zip.add("a", "text") { $0.gap = Array("junk".utf8) + gap.prefix(40) }
      zip.add("b", "text")
    },
    zip("a zip with something before its directory", "is not where it should be") {
      $0.add("a", "text")
      $0.gap = Array("junk".utf8)
    },
    zip("a zip with another count", misfit) {
      $0.add("a", "text")
      $0.count = 2
    },
    HostileArchive("two zips", "something follows the archive's end", sample + sample),
    HostileArchive(
      "a zip with a byte behind", "something follows the archive's end",
      sample + [UInt8](repeating: 0, count: 70_000) + [1]),
    HostileArchive("an empty zip", "Unrecognized archive format", Zip().bytes),
  ]

  private static var sample: [UInt8] {
    var zip = Zip()
    zip.add("a", "text")
    return zip.bytes
  }
}
