import Archives
import Posix
import TestKit

/// An archive that somebody wrote to get more than a release: what it is, and what has to be said of it.
struct HostileArchive: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// A part of the error.
  let phrase: String
  var limits = ArchiveLimits()

  var description: String { name }

  init(_ name: String, _ phrase: String, limits: ArchiveLimits = ArchiveLimits(), _ bytes: [UInt8]) {
    self.name = name
    self.phrase = phrase
    self.limits = limits
    self.bytes = bytes
  }

  /// A tar archive with its end.
  init(_ name: String, _ phrase: String, limits: ArchiveLimits = ArchiveLimits(), _ write: (inout Tar) -> Void) {
    var tar = Tar()
    write(&tar)
    self.init(name, phrase, limits: limits, tar.ended)
  }
}

private let text = Array("text".utf8)
private let long = String(repeating: "n", count: 256)

// MARK: Names

extension HostileArchive {
  static let names: [HostileArchive] = [
    HostileArchive("an absolute path", "entry 2 '/etc/cron.d/x': its path is absolute") {
      $0.add("a", "0", text)
      $0.add("/etc/cron.d/x", "0", text)
    },
    HostileArchive("two slashes first", "entry 1 '//outside/file': its path is absolute") { $0.add("//outside/file") },
    HostileArchive("a path up", "entry 1 '../outside/file': its path has '..' in it") { $0.add("../outside/file", "0", text) },
    HostileArchive("a path up in the middle", "entry 1 'a/../../outside/file': its path has '..'") { $0.add("a/../../outside/file") },
    HostileArchive("a path up at the end", "its path has '..'") { $0.add("a/..", "5") },
    HostileArchive("a path up that stays", "its path has '..'") { $0.add("a/b/../c") },
    HostileArchive("a path up in a pax header", "entry 1 '../outside/file': its path has '..'") {
      $0.addPax([("path", "../outside/file")])
      $0.add("a")
    },
    HostileArchive("a path up in a GNU header", "entry 1 '../outside/file': its path has '..'") {
      $0.add("././@LongLink", "L", Array("../outside/file\0".utf8), magic: "ustar  \0")
      $0.add("a", magic: "ustar  \0")
    },
    HostileArchive("a path up by a prefix", "entry 1 '../outside/file': its path has '..'") {
      $0.add("outside/file") { header in header.replaceSubrange(345..<347, with: Array("..".utf8)) }
    },
    HostileArchive("no name", "entry 1: its name is not all there: it has no name|it has no name|its path") { $0.add("") },
    HostileArchive("the release itself as a file", "it would be the release itself") { $0.add(".", "0", text) },
    HostileArchive("the release itself as a link", "it would be the release itself") { $0.add("./", "2", to: "../outside") },
    HostileArchive("a NUL in a pax name", "NUL byte") {
      $0.addPax([("path", "a\0/../../outside/file")])
      $0.add("b")
    },
    HostileArchive("a NUL in a pax link", "NUL byte") {
      $0.addPax([("linkpath", "a\0../../outside")])
      $0.add("b", "2", to: "a")
    },
    HostileArchive("a NUL in a GNU name", "NUL byte") {
      $0.add("././@LongLink", "L", Array("a\0b\0".utf8), magic: "ustar  \0")
      $0.add("b", magic: "ustar  \0")
    },
    HostileArchive("a NUL in a pax name of a second header", "NUL byte") {
      $0.add("first", "0", text)
      $0.addPax([("comment", "x")], "g")
      $0.addPax([("path", "a\0b")])
      $0.add("b")
    },
    HostileArchive("a line break", #"entry 1 'a\nb': its name has control characters"#) { $0.add("a\nb") },
    HostileArchive("an escape sequence", #"'\u{1B}[31mred': its name has control characters"#) { $0.add("\u{1b}[31mred") },
    HostileArchive("an escape sequence of one character", "its name has control characters") { $0.add("\u{9b}31mred") },
    HostileArchive("an escape sequence in pax", "its name has control characters") {
      $0.addPax([("path", "\u{1b}[31mred")])
      $0.add("a")
    },
    HostileArchive("bytes that are no text", "its name has bytes that are no UTF-8") { $0.add([0x61, 0xff, 0xfe]) },
    HostileArchive("a slash in too many bytes", "its name has bytes that are no UTF-8") { $0.add([0x2e, 0x2e, 0xc0, 0xaf, 0x61]) },
    HostileArchive("half a character", "its name has bytes that are no UTF-8") { $0.add([0x61, 0xed, 0xa0, 0x80]) },
    HostileArchive("a name of 256 bytes", "a name in its path is longer than 255 bytes") {
      $0.addPax([("path", "a/\(long)/b")])
      $0.add("a")
    },
    HostileArchive("a path of 10,000 levels", "has 10000 names, and the limit 'depth' is 100") {
      $0.addPax([("path", Array(repeating: "d", count: 10_000).joined(separator: "/"))])
      $0.add("a")
    },
    HostileArchive("a path longer than the kernel's", "its path is longer than") {
      $0.addPax([("path", Array(repeating: String(repeating: "n", count: 200), count: 30).joined(separator: "/"))])
      $0.add("a")
    },
  ]
}

// MARK: Kinds and what comes with them

extension HostileArchive {
  static let kinds: [HostileArchive] = [
    HostileArchive("a character device", "entry 1 'null': it is a device") { $0.add("null", "3") },
    HostileArchive("a block device", "it is a device") { $0.add("sda", "4") },
    HostileArchive("a pipe", "it is a named pipe") { $0.add("pipe", "6") },
    HostileArchive("a program with setuid", "entry 1 'su': it is a file with setuid or setgid") { $0.add("su", "0", text, mode: 0o4755) },
    HostileArchive("a program with setgid", "it is a file with setuid or setgid") { $0.add("su", "0", text, mode: 0o2755) },
    HostileArchive("capabilities", "it has capabilities") {
      $0.addPax([("SCHILY.xattr.security.capability", "x")])
      $0.add("ping", "0", text, mode: 0o755)
    },
    HostileArchive("an attribute", "it has the extended attribute 'user.x'") {
      $0.addPax([("SCHILY.xattr.user.x", "x")])
      $0.add("a")
    },
    HostileArchive("SELinux's label", "it has the extended attribute 'security.selinux'") {
      $0.addPax([("RHT.security.selinux", "x")])
      $0.add("a")
    },
    HostileArchive("an ACL", "it has an access control list") {
      $0.addPax([("SCHILY.acl.access", "user::rw-,user:nobody:rw-:65534,group::r--,mask::rw-,other::r--")])
      $0.add("a")
    },
    HostileArchive("a directory's default ACL", "it has an access control list") {
      $0.addPax([("SCHILY.acl.default", "user::rwx,user:nobody:rwx:65534,group::r-x,mask::rwx,other::r-x")])
      $0.add("a", "5")
    },
    HostileArchive("file flags", "it has file flags") {
      $0.addPax([("SCHILY.fflags", "immutable")])
      $0.add("a")
    },
    HostileArchive("a sparse file of pax", "sparse") {
      $0.addPax([
        ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"),
        ("GNU.sparse.realsize", "1099511627776"),
      ])
      $0.add("b", "0", Array("1\n1099511627772\n4\n".utf8) + [UInt8](repeating: 0, count: 493) + text)
    },
    HostileArchive("a sparse file of GNU", "sparse") {
      $0.add("a", "S", text, magic: "ustar  \0") { header in
        header.replaceSubrange(386..<398, with: Array("00000010000\0".utf8))
        header.replaceSubrange(398..<410, with: Array("00000000004\0".utf8))
        header.replaceSubrange(483..<495, with: Array("77777777777\0".utf8))
      }
    },
    HostileArchive("a directory with content", "it has content, though it is no file|it cannot be read") { $0.add("a", "5", text) },
    HostileArchive("a link with content", "it has content, though it is no file|it cannot be read") { $0.add("a", "2", to: "b", text) },
  ]
}

// MARK: Links and what is there twice

extension HostileArchive {
  static let links: [HostileArchive] = [
    HostileArchive("a link to the root", "entry 1 'l': it is a link to the absolute path '/etc'") { $0.add("l", "2", to: "/etc") },
    HostileArchive("a link up", "it is a link to '../outside', which is outside") { $0.add("l", "2", to: "../outside") },
    HostileArchive("a link up from below", "it is a link to '../../../outside', which is outside") { $0.add("a/b/l", "2", to: "../../../outside") },
    HostileArchive("a link that goes down, then out", "which is outside") { $0.add("l", "2", to: "a/../../outside") },
    HostileArchive("a link up in a pax header", "which is outside") {
      $0.addPax([("linkpath", "../outside")])
      $0.add("l", "2", to: "a")
    },
    HostileArchive("a link to nothing", "it is a link to nothing") { $0.add("l", "2") },
    HostileArchive("a link with a line break", "whose target has control characters") { $0.add("l", "2", to: "a\nb") },
    HostileArchive("a file through a link", "entry 2 'l/file': its path leads through 'l'") {
      $0.add("l", "2", to: ".")
      $0.add("l/file", "0", text)
    },
    HostileArchive("a directory through a link", "its path leads through 'l'") {
      $0.add("d", "5")
      $0.add("l", "2", to: "d")
      $0.add("l/x/", "5")
    },
    HostileArchive("a link that another makes lead out", "goes up again after 'a'") {
      $0.add("b/c/d", "5")
      $0.add("l", "2", to: "a/../../x".replacing("../../x", with: "../x"))
      $0.add("a", "2", to: "b/c/d")
    },
    HostileArchive("a link up through a link", "goes up again after 'a', and that is no directory") {
      $0.add("d/e", "5")
      $0.add("a", "2", to: "d/e")
      $0.add("x/y/l", "2", to: "../../a/../outside")
    },
    HostileArchive("a link up through a link, before that is there", "goes up again after 'a', and that is no directory") {
      $0.add("l", "2", to: "a/../outside")
      $0.add("a", "2", to: ".")
    },
    HostileArchive("a second name for what is outside", "it is a hard link to '../outside/file': its path has '..'") { $0.add("h", "1", to: "../outside/file") },
    HostileArchive("a second name for what is anywhere", "it is a hard link to '/etc/passwd': its path is absolute") { $0.add("h", "1", to: "/etc/passwd") },
    HostileArchive("a second name for a link, which would point elsewhere", "no earlier entry is a file of that name") {
      $0.add("a/b/l", "2", to: "../../x")
      $0.add("h", "1", to: "a/b/l")
    },
    HostileArchive("a second name through a link", "no earlier entry is a file of that name|leads through") {
      $0.add("d/file", "0", text)
      $0.add("l", "2", to: "d")
      $0.add("h", "1", to: "l/file")
    },
    HostileArchive("a second name for a directory", "no earlier entry is a file of that name") {
      $0.add("d", "5")
      $0.add("h", "1", to: "d")
    },
    HostileArchive("a second name for what comes later", "no earlier entry is a file of that name") {
      $0.add("h", "1", to: "later")
      $0.add("later", "0", text)
    },
    HostileArchive("a second name with content of its own", "it has content, though it is no file|earlier entry") {
      $0.add("a", "0", text)
      $0.addPax([("size", "4")])
      $0.add("h", "1", to: "a", text)
    },
    HostileArchive("a directory that becomes a link", "an earlier entry has made something of that name") {
      $0.add("d/", "5")
      $0.add("d", "2", to: ".")
      $0.add("d/file", "0", text)
    },
    HostileArchive("an implied directory that becomes a link", "an earlier entry has made something of that name") {
      $0.add("d/file", "0", text)
      $0.add("d", "2", to: ".")
    },
    HostileArchive("a link that becomes a directory", "it is a directory, and an earlier entry has made something else") {
      $0.add("d", "2", to: ".")
      $0.add("d/", "5")
    },
    HostileArchive("a file twice", "entry 2 'a': an earlier entry has made something of that name") {
      $0.add("a", "0", text)
      $0.add("a", "0", text)
    },
    HostileArchive("a file twice, spelled otherwise", "entry 2 './/a': an earlier entry has made something of that name") {
      $0.add("a", "0", text)
      $0.add(".//a", "0", text)
    },
    HostileArchive("a file over a link", "an earlier entry has made something of that name") {
      $0.add("a", "2", to: "b")
      $0.add("a", "0", text)
    },
    HostileArchive("a file below a file", "its path leads through 'a'") {
      $0.add("a", "0", text)
      $0.add("a/b", "0", text)
    },
    HostileArchive("a file where a directory is", "an earlier entry has made something of that name") {
      $0.add("a/b", "0", text)
      $0.add("a", "0", text)
    },
  ]
}
