import Archives
import Posix
import TestKit

/// An archive that somebody wrote to get more than a release: what it is, and what has to be said of it.
struct HostileArchive: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// A part of the error: where it is, and why.
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
    HostileArchive("a path up", "entry 1 '../outside/file': its path has '..' in it") {
      $0.add("../outside/file", "0", text)
    },
    HostileArchive("a path up in the middle", "entry 1 'a/../../outside/file': its path has '..'") {
      $0.add("a/../../outside/file")
    },
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
    HostileArchive("no name", "entry 1: it has no name") { $0.add("") },
    HostileArchive("the release itself as a file", "it would be the release itself") { $0.add(".", "0", text) },
    HostileArchive("the release itself as a link", "it would be the release itself") {
      $0.add("./", "2", to: "../outside")
    },
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
    HostileArchive("an escape sequence", #"'\u{1B}[31mred': its name has control characters"#) {
      $0.add("\u{1b}[31mred")
    },
    HostileArchive("an escape sequence of one character", "its name has control characters") { $0.add("\u{9b}31mred") },
    HostileArchive("an escape sequence in pax", "its name has control characters") {
      $0.addPax([("path", "\u{1b}[31mred")])
      $0.add("a")
    },
    HostileArchive("bytes that are no text", "its name has bytes that are no UTF-8") { $0.add([0x61, 0xff, 0xfe]) },
    HostileArchive("a slash in too many bytes", "its name has bytes that are no UTF-8") {
      $0.add([0x2e, 0x2e, 0xc0, 0xaf, 0x61])
    },
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
    HostileArchive("a program with setuid", "entry 1 'su': it is a file with setuid or setgid") {
      $0.add("su", "0", text, mode: 0o4755)
    },
    HostileArchive("a program with setgid", "it is a file with setuid or setgid") {
      $0.add("su", "0", text, mode: 0o2755)
    },
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
    HostileArchive("a directory with content", "entry 2: it cannot be read (Damaged tar archive)") {
      $0.add("a", "5", text)
    },
    HostileArchive("a link with content", "entry 2: it cannot be read (Damaged tar archive)") {
      $0.add("a", "2", to: "b", text)
    },
  ]
}

// MARK: Links and what is there twice

extension HostileArchive {
  static let links: [HostileArchive] = [
    HostileArchive("a link to the root", "entry 1 'l': it is a link to the absolute path '/etc'") {
      $0.add("l", "2", to: "/etc")
    },
    HostileArchive("a link up", "it is a link to '../outside', which is outside") {
      $0.add("l", "2", to: "../outside")
    },
    HostileArchive("a link up from below", "it is a link to '../../../outside', which is outside") {
      $0.add("a/b/l", "2", to: "../../../outside")
    },
    HostileArchive("a link that goes down, then out", "which is outside") { $0.add("l", "2", to: "a/../../outside") },
    HostileArchive("a link up in a pax header", "which is outside") {
      $0.addPax([("linkpath", "../outside")])
      $0.add("l", "2", to: "a")
    },
    HostileArchive("a link to nothing", "it is a link to nothing") { $0.add("l", "2") },
    HostileArchive("a link through a name of 256 bytes", "it is a link to what is no path") {
      $0.addPax([("linkpath", "\(long)/../x")])
      $0.add("l", "2", to: "a")
    },
    HostileArchive("a link that goes down and up a thousand times", "it is a link to") {
      $0.addPax([("linkpath", String(repeating: "\(String(repeating: "n", count: 200))/", count: 15) + "../x")])
      $0.add(Array(repeating: "d", count: 40).joined(separator: "/") + "/l", "2", to: "a")
    },
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
    HostileArchive(
      "a link up through a link, before that is there", "goes up again after 'a', and that is no directory"
    ) {
      $0.add("l", "2", to: "a/../outside")
      $0.add("a", "2", to: ".")
    },
    HostileArchive("a second name for what is outside", "it is a hard link to '../outside/file': its path has '..'") {
      $0.add("h", "1", to: "../outside/file")
    },
    HostileArchive("a second name for what is anywhere", "it is a hard link to '/etc/passwd': its path is absolute") {
      $0.add("h", "1", to: "/etc/passwd")
    },
    HostileArchive("a second name for a link, which would point elsewhere", "no earlier entry is a file of that name") {
      $0.add("a/b/l", "2", to: "../../x")
      $0.add("h", "1", to: "a/b/l")
    },
    HostileArchive("a second name through a link", "no earlier entry is a file of that name") {
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
    HostileArchive("a second name with content of its own", "it has content, though it is no file") {
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
    HostileArchive("a link that becomes a directory", "it is a directory, and an earlier entry has made something else")
    {
      $0.add("d", "2", to: ".")
      $0.add("d/", "5")
    },
    HostileArchive("a file twice", "entry 2 'a': an earlier entry has made something of that name") {
      $0.add("a", "0", text)
      $0.add("a", "0", text)
    },
    HostileArchive(
      "a file twice, spelled otherwise", "entry 2 './/a': an earlier entry has made something of that name"
    ) {
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

// MARK: Sizes

extension HostileArchive {
  static let sizes: [HostileArchive] = [
    HostileArchive("a pax size that takes in the next entry", "entry 2: it cannot be read (Damaged tar archive)") {
      $0.addPax([("size", "1000")])
      $0.add("a", "0", text)
      $0.add("b", "0", text)
    },
    HostileArchive("a pax size beyond the end", "entry 1 'a': it cannot be read (Truncated tar archive)") {
      $0.addPax([("size", "1000000")])
      $0.add("a", "0", text)
    },
    HostileArchive("a pax size that leaves content over", "entry 2: it cannot be read (Damaged tar archive)") {
      $0.addPax([("size", "0")])
      $0.add("a", "0", text)
    },
    HostileArchive("a pax size below nothing", "entry 1: it cannot be read (Tar size attribute is negative)") {
      $0.addPax([("size", "-1")])
      $0.add("a", "0", text)
    },
    HostileArchive("a pax size of 8 EB", "entry 1: it cannot be read (Tar size attribute overflow)") {
      $0.addPax([("size", "9223372036854775807")])
      $0.add("b", "0", text)
      $0.add("a", "0", text)
    },
    HostileArchive("a pax size of more than a number holds", "entry 1: it cannot be read (Tar size attribute overflow)")
    {
      $0.addPax([("size", "99999999999999999999999")])
      $0.add("a", "0", text)
    },
    HostileArchive("a real size that lies", "entry 1 'a': it has 4 bytes, though its header says 100") {
      $0.addPax([("SCHILY.realsize", "100")])
      $0.add("a", "0", text)
    },
    HostileArchive("a size below nothing", "entry 1: it cannot be read (Tar entry has negative size)") {
      $0.add("a", "0", text) { $0.replaceSubrange(124..<136, with: [UInt8](repeating: 0xff, count: 12)) }
    },
    HostileArchive("a size of 8 EB", "entry 1: it cannot be read (Tar entry size overflow)") {
      $0.add("a", "0", text) {
        $0.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7))
      }
    },
    HostileArchive("10 GB in a header", "the limit 'bytes' is 8589934592") {
      $0.add("a", "0", text, size: "120000000000")
    },
    HostileArchive("a pax header of 2 MB", "entry 1: it cannot be read (Special header too large)") {
      $0.addPax([("comment", String(repeating: "x", count: 2 << 20))])
      $0.add("a", "0", text)
    },
    HostileArchive("a thousand pax headers for one entry", "entry 1: it cannot be read") { tar in
      for _ in 0..<1000 { tar.addPax([("comment", "x")]) }
      tar.add("a", "0", text)
    },
    HostileArchive("a checksum that is wrong", "entry 2: it cannot be read (Damaged tar archive)") {
      $0.add("a", "0", text)
      $0.add("b", "0", text)
    }.damaged(at: 1024 + 10),
  ]

  /// With a byte changed.
  private func damaged(at place: Int) -> HostileArchive {
    var bytes = bytes
    bytes[place] ^= 0x20
    return HostileArchive(name, phrase, limits: limits, bytes)
  }
}

// MARK: The whole

extension HostileArchive {
  private static func limits(_ set: (inout ArchiveLimits) -> Void) -> ArchiveLimits {
    var limits = ArchiveLimits()
    set(&limits)
    return limits
  }

  private static func tar(_ write: (inout Tar) -> Void) -> Tar {
    var tar = Tar()
    write(&tar)
    return tar
  }

  private static let plain = tar { $0.add("a", "0", text) }

  static let wholes: [HostileArchive] = [
    HostileArchive("nothing", "nothing arrived", []),
    HostileArchive("one byte", "it cannot be read", [0x1f]),
    HostileArchive(
      "no archive", "it cannot be read (Unrecognized archive format)",
      Array(String(repeating: "no archive ", count: 1000).utf8)),
    HostileArchive("nothing but zeros", "it holds nothing", [UInt8](repeating: 0, count: 10_240)),
    HostileArchive("a tar without an end", "it is cut off", plain.bytes),
    HostileArchive("a tar with half an end", "it is cut off", plain.bytes + [UInt8](repeating: 0, count: 512)),
    HostileArchive("a tar that ends in a header", "entry 2: it cannot be read", plain.bytes + plain.bytes.prefix(300)),
    HostileArchive(
      "a tar that ends after a pax header", "entry 2: it cannot be read (Damaged tar archive)",
      plain.bytes + tar { $0.addPax([("path", "b")]) }.bytes),
    HostileArchive("two tars", "something follows the archive's end", plain.ended + plain.ended),
    HostileArchive(
      "a tar with a byte behind", "something follows the archive's end",
      plain.ended + [UInt8](repeating: 0, count: 70_000) + [1]),
    HostileArchive(
      "a tar with one block of zeros in it", "something follows the archive's end",
      plain.bytes + [UInt8](repeating: 0, count: 512) + plain.ended),
    HostileArchive(
      "too many entries", "entry 4 'd': it has more entries, and the limit 'entries' is 3",
      limits: limits { $0.entries = 3 }
    ) { tar in
      for name in ["a", "b", "c", "d"] { tar.add(name, "0", text) }
    },
    HostileArchive(
      "too many directories that are only implied", "it has more entries, and the limit 'entries' is 3",
      limits: limits { $0.entries = 3 }
    ) {
      $0.add("a/b/c/d", "0", text)
    },
    HostileArchive("too deep", "its path has 4 names, and the limit 'depth' is 3", limits: limits { $0.depth = 3 }) {
      $0.add("a/b/c", "0", text)
      $0.add("a/b/c/d", "0", text)
    },
    HostileArchive("too many bytes", "and the limit 'bytes' is 6000", limits: limits { $0.bytes = 6000 }) {
      $0.add("a", "0", [UInt8](repeating: 1, count: 2000))
      $0.add("b", "0", [UInt8](repeating: 1, count: 2000))
    },
    HostileArchive(
      "no time", "it is not all there in time, and the limit 'seconds' is 0", limits: limits { $0.seconds = 0 },
      plain.ended),
  ]
}
