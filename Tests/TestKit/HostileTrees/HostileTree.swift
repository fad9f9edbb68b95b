/// A tree that no git would write: names and modes that are meant to lead a checkout astray.
public struct HostileTree: Sendable, CustomStringConvertible {
  /// What becomes of a push of the tree.
  public enum Verdict: Sendable {
    /// Refused where it is read: nothing of it is written.
    case refused
    /// Refused by what is in its files, or for what is not there: nothing of it goes live.
    case useless
    /// Refused by git's own check only.
    case refusedByGit
    /// Odd, and still what Linux can hold: it goes live as it is.
    case harmless
  }

  /// An entry of a tree, whose name may be any bytes.
  public struct Entry: Sendable {
    let mode: String
    let name: [UInt8]
    let content: Content
  }

  /// What an entry leads to.
  public indirect enum Content: Sendable {
    case blob(String)
    case tree([Entry])
    /// That many directories, each in the one before it, and a file in the last.
    case levels(Int)
    /// Any bytes as a tree.
    case bytes([UInt8])
    /// The id of what is not there, or is of another kind.
    case missing
    case blobAsTree
    /// Directories of directories: so many, and in each so many.
    case bomb(levels: Int, width: Int)
    /// So many files that are all this object.
    case copies(of: String, count: Int)
    case treeAsBlob
  }

  /// What is wrong with it, in words.
  public let description: String
  /// What is expected of a push.
  public let verdict: Verdict
  let entries: [Entry]
  /// Whether they are in git's order, as all else about a hostile tree may be right.
  var isInOrder = true

  private init(_ description: String, _ verdict: Verdict = .refused, _ entries: Entry...) {
    self.description = description
    self.verdict = verdict
    self.entries = entries
  }

  private var outOfOrder: HostileTree {
    var tree = self
    tree.isInOrder = false
    return tree
  }

  /// Few objects that are very many files.
  public static func bomb(levels: Int, width: Int) -> HostileTree {
    HostileTree(
      "a tree bomb", .refused, Entry(mode: "40000", name: bytes("bomb"), content: .bomb(levels: levels, width: width)))
  }

  /// One object as so many files.
  public static func copies(of blob: String, count: Int) -> HostileTree {
    HostileTree(
      "many copies", .refused, Entry(mode: "40000", name: bytes("copies"), content: .copies(of: blob, count: count)))
  }

  /// What somebody tries who wants out.
  ///
  /// - Parameter victim: a link outside of the workspace, as seen from its top.
  public static func all(victim: String) -> [HostileTree] {
    leavingNames(victim) + repositoryNames + doubles + kinds + shapes
  }

  // MARK: Names that lead out

  private static func leavingNames(_ victim: String) -> [HostileTree] {
    [
      HostileTree("a hook of the repository", .refused, hook("../repo.git/hooks/pre-receive")),
      HostileTree("a settings file of the repository", .refused, file("../repo.git/config")),
      HostileTree("another app's link", .refused, file(victim)),
      HostileTree("another app's link, as a directory", .refused, tree(victim, [file("x")])),
      HostileTree("the directory above, as a tree", .refused, tree("..", [file("canary")])),
      HostileTree(
        "the directory two above, as trees", .refused, tree("..", [tree("..", [file("canary")])])),
      HostileTree(
        "a hook below '..'", .refused, tree("..", [tree("repo.git", [tree("hooks", [hook("pre-receive")])])])),
      HostileTree("the directory itself, as a tree", .refused, tree(".", [file("canary")])),
      HostileTree("a file called '.'", .refused, file(".")),
      HostileTree("a file called '..'", .refused, file("..")),
      HostileTree("a link called '..'", .refused, link("..", to: "x")),
      HostileTree("a submodule called '..'", .refused, submodule("..")),
      HostileTree("a file without a name", .refused, file("")),
      HostileTree("a directory without a name", .refused, tree("", [file("canary")])),
      HostileTree("a name with a slash", .refused, file("dir/canary")),
      HostileTree("a name that begins with a slash", .refused, file("/tmp/nextdeploy-hostile-canary")),
      HostileTree("a name that ends with a slash", .refused, file("canary/")),
      HostileTree("a name of slashes", .refused, file("//")),
      HostileTree("a name that goes in and out again", .refused, file("dir/../../canary")),
      HostileTree("'..' deep inside", .refused, tree("a", [tree("b", [tree("..", [file("c")])])])),
      HostileTree("a slash deep inside", .refused, tree("a", [tree("b", [file("../../../canary")])])),
    ]
  }

  // MARK: git's own directory, in all its forms

  private static let repositoryNames: [HostileTree] =
    [
      ".git", ".GIT", ".Git", ".git.", ".git...", ".git ", ".git . .", "git~1", "GIT~1", "git~1.", ".git:x",
      ".git::$INDEX_ALLOCATION", ".git\\hooks", ".g\u{200C}it", ".gi\u{FEFF}t", "\u{206F}.git", ".git\u{202E}",
      ".\u{200D}G\u{200E}I\u{206A}T",
    ].map { HostileTree("a directory called \($0.debugDescription)", .refused, tree($0, [file("config")])) } + [
      HostileTree("a file called '.git'", .refused, text(".git", "gitdir: ../repo.git")),
      HostileTree("a link called '.git'", .refused, link(".git", to: "other")),
      HostileTree("a submodule called '.git'", .refused, submodule(".git")),
      HostileTree("'.git' below a directory", .refused, tree("a", [tree(".git", [file("config")])])),
    ]

  // MARK: One name twice

  private static let doubles = [
    HostileTree("a file twice", .refused, file("twice"), text("twice", "2")),
    HostileTree("a file and a directory of one name", .refused, file("both"), tree("both", [file("x")])),
    HostileTree(
      "the same with another name between them", .refused, file("both"), file("both-"), tree("both", [file("x")])),
    HostileTree(
      "a link out, and a directory of its name below it", .refused, link("both", to: ".."),
      tree("both", [file("canary")])),
    HostileTree(
      "the same the other way round", .refused, tree("both", [file("canary")]), link("both", to: "..")
    ).outOfOrder,
    HostileTree("a link out, and a file whose name goes through it", .refused, link("a", to: ".."), file("a/canary")),
    HostileTree("a link inside, and a file whose name goes through it", .refused, link("a", to: "."), file("a/x")),
    HostileTree("names that differ in case", .harmless, file("README"), tree("readme", [file("x")])),
    HostileTree("a name in two normal forms", .useless, file("caf\u{E9}"), file("cafe\u{301}")),
  ]

  // MARK: What an entry is

  private static let kinds = [
    HostileTree("a link to a directory outside", .useless, link("out", to: "../..")),
    HostileTree("a link to an absolute path", .useless, link("out", to: "/etc")),
    HostileTree("a link to nothing", .useless, link("out", to: "")),
    HostileTree("a link to more than a path can be", .useless, link("out", to: String(repeating: "a/", count: 3_000))),
    HostileTree("a link with a NUL in it", .useless, link("out", to: "a\0b")),
    HostileTree("a submodule that is nowhere", .useless, submodule("sub")),
    HostileTree("a file that is not there", .useless, Entry(mode: "100644", name: bytes("x"), content: .missing)),
    HostileTree("a directory that is not there", .refused, Entry(mode: "40000", name: bytes("x"), content: .missing)),
    HostileTree("a directory that is a file", .refused, Entry(mode: "40000", name: bytes("x"), content: .blobAsTree)),
    HostileTree("a file that is a directory", .useless, Entry(mode: "100644", name: bytes("x"), content: .treeAsBlob)),
    HostileTree("a link that is a directory", .useless, Entry(mode: "120000", name: bytes("x"), content: .treeAsBlob)),
    HostileTree(
      "a directory whose mode begins with zero", .harmless,
      Entry(mode: "040000", name: bytes("dir"), content: .tree([file("x")]))),
    HostileTree(
      "a file that its group may write", .harmless, Entry(mode: "100664", name: bytes("x"), content: .blob("x"))),
    HostileTree("a file of the mode 0", .refused, Entry(mode: "0", name: bytes("x"), content: .blob("x"))),
    HostileTree("a pipe", .refused, Entry(mode: "10644", name: bytes("x"), content: .blob("x"))),
    HostileTree("a device", .refused, Entry(mode: "20666", name: bytes("x"), content: .blob("x"))),
    HostileTree(
      "a program that runs as its owner", .refused, Entry(mode: "104755", name: bytes("x"), content: .blob("x"))),
    HostileTree("a mode that is no number", .refused, Entry(mode: "1006x4", name: bytes("x"), content: .blob("x"))),
    HostileTree("an entry without a mode", .refused, Entry(mode: "", name: bytes("x"), content: .blob("x"))),
  ]

  // MARK: Shapes

  private static let shapes = [
    HostileTree("a name of 255 bytes", .harmless, file(String(repeating: "n", count: 255))),
    HostileTree("a name of 256 bytes", .refused, file(String(repeating: "n", count: 256))),
    HostileTree("a name of 5,000 bytes", .refused, file(String(repeating: "n", count: 5_000))),
    HostileTree(
      "names that are not UTF-8", .harmless, Entry(mode: "100644", name: [0x66, 0xFE], content: .blob("1")),
      Entry(mode: "100644", name: [0x66, 0xFF], content: .blob("2"))),
    HostileTree("a name with a line break and a colour", .harmless, file("a\nb\u{1B}[31m")),
    HostileTree("names out of order", .refusedByGit, file("zz"), file("aa")).outOfOrder,
    HostileTree("a hundred levels", .harmless, Entry(mode: "40000", name: bytes("d"), content: .levels(100))),
    HostileTree("ten thousand levels", .refused, Entry(mode: "40000", name: bytes("d"), content: .levels(10_000))),
    HostileTree(
      "a tree that is cut short", .refused,
      Entry(mode: "40000", name: bytes("d"), content: .bytes(bytes("100644 x\0abc")))),
    HostileTree(
      "a tree of garbage", .refused, Entry(mode: "40000", name: bytes("d"), content: .bytes(bytes("garbage")))),
    HostileTree("an empty directory", .harmless, tree("empty", [])),
  ]

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func text(_ name: String, _ text: String) -> Entry {
    Entry(mode: "100644", name: bytes(name), content: .blob(text))
  }

  private static func file(_ name: String) -> Entry { text(name, "hostile") }

  private static func hook(_ name: String) -> Entry {
    Entry(mode: "100755", name: bytes(name), content: .blob("#!/bin/sh\ntouch /tmp/nextdeploy-hostile-canary\n"))
  }

  private static func link(_ name: String, to target: String) -> Entry {
    Entry(mode: "120000", name: bytes(name), content: .blob(target))
  }

  private static func tree(_ name: String, _ entries: [Entry]) -> Entry {
    Entry(mode: "40000", name: bytes(name), content: .tree(entries))
  }

  private static func submodule(_ name: String) -> Entry {
    Entry(mode: "160000", name: bytes(name), content: .missing)
  }
}
