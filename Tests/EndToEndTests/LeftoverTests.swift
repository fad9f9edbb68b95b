import Deploy
import Posix
import TestKit
import Testing

/// Builds leave what was not to be expected; the next push, a clean rebuild and the app's removal get over it.
@Suite("After a build that left what nobody expects")
struct LeftoverTests {
  /// What a build runs, each in the workspace that the ones before it have used.
  private static let builds: [(what: String, line: String)] = [
    (
      "pipes in place of files that are read",
      """
      rm .gitignore .gitattributes; mkdir -p node_modules
      mkfifo .gitignore .gitattributes node_modules/.package-lock.json dir/.gitignore dir/.gitattributes
      """
    ),
    ("pipes in place of the commit's own files", "rm -r data dir; mkfifo data dir"),
    ("files of terabytes, made of nothing", "truncate -s 4T .gitignore data ignored/big new"),
    (
      "directories that nobody may enter",
      """
      mkdir -p a/b/c node_modules/x/y ignored/x; touch a/b/c/d node_modules/x/y/z ignored/x/y
      chmod 0 a/b/c a/b a node_modules/x/y node_modules/x ignored/x dir; chmod 0555 .
      """
    ),
    ("a workspace that nobody may enter", "chmod 0 ."),
    (
      "files that nobody may read",
      "mkdir -p ignored; touch ignored/file server.css; chmod 0 ignored/file server.css dir/x"
    ),
    ("a umask that closes all", "umask 077; mkdir -p private ignored/private; touch private/x ignored/private/x"),
    ("a temporary directory in the cache", "mkdir -p .next/cache && mktemp -d .next/cache/XXXXXX"),
    (
      "names that are not text",
      #"d=$(printf 'a\377b'); mkdir -p "$d/$d" "node_modules/$d" "ignored/$d"; touch "$d/$d/$d" "node_modules/$d/$d""#
    ),
    (
      "links in place of directories, and the other way round",
      "rm -r dir data node_modules; mkdir data; touch data/x; ln -s / dir; ln -s ../../../.. node_modules; ln -s /etc new"
    ),
    (
      "a tree that is deeper than a path can be",
      "python3 dig.py; mkdir -p node_modules; cd node_modules; python3 ../dig.py"
    ),
  ]

  private static func commit(_ text: String, build: String, in project: PushedProject) throws {
    try project.commit(
      text,
      App.node(
        text,
        extra: [
          "nextdeploy.json": #"{"build": "sh build.sh"}"#, "build.sh": build, "data": "data", "dir/x": "x",
          ".gitignore": "ignored\n", ".gitattributes": "*.txt text\n",
          "dig.py": """
          import os
          place = os.open('.', os.O_RDONLY)
          for level in range(300):
              os.mkdir('a-directory-of-a-long-name', dir_fd=place)
              place = os.open('a-directory-of-a-long-name', os.O_RDONLY, dir_fd=place)
          """,
        ]))
  }

  /// Who is not root by nature, and so may not enter what is closed.
  private static let ordinary =
    CurrentProcess.isRoot ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"] : []

  @Test("a push goes live, and nobody waits forever", .timeLimit(.minutes(4)))
  func pushes() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()

      for (what, line) in Self.builds {
        try Self.commit("odd", build: "mkdir -p ignored\n\(line)", in: project)
        // Whether it goes live itself does not matter.
        let odd = try sandbox.run(Self.ordinary + ["git", "push", "production", "main"], in: project.directory)
        #expect([0, 1].contains(odd.status), "\(what): \(odd.text)")
        try Self.commit(what, build: "test ! -e new && test ! -e a && cat data dir/x", in: project)

        let next = try sandbox.run(Self.ordinary + ["git", "push", "production", "main"], in: project.directory)

        #expect(next.status == 0, "\(what): \(odd.text)\(next.text)")
        #expect(try sandbox.get() == what)
      }
    }
  }

  @Test("its removal enters nothing that is mounted there, and takes everything else")
  func mounted() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let (app, going) = (sandbox.app(), "\(sandbox.root)/apps/.shop.removed")
      try Files.makeDirectory("\(app)/shared/a/volume")
      try Files.write("x", to: "\(app)/shared/z")
      // In a namespace of its own, in which everybody may mount.
      let apart = ["unshare", "--mount"] + (CurrentProcess.isRoot ? [] : ["--user", "--map-root-user"])
      let line = """
        mount -t tmpfs none \(app)/shared/a/volume && echo precious > \(app)/shared/a/volume/file
        nextdeploy app remove shop; echo "status $?"; cat \(going).leftover-1/shared/a/volume/file
        ls -A \(going).leftover-1 \(going).leftover-1/shared
        """

      let removal = try sandbox.run(apart + ["sh", "-c", line])

      removal.expect(
        "warning: removing what is mounted at \(going)/shared/a/volume", "it is set aside at \(going).leftover-1",
        "status 0\nprecious\n", ":\nshared\n", "/shared:\na\n")
    }
  }

  @Test("an emptied workspace and the app's removal need nobody's help", .timeLimit(.minutes(4)))
  func removal() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let all = Self.builds.map { "(\($0.line))" }.joined(separator: "\n")
      try Self.commit("odd", build: "mkdir -p ignored\n\(all)\nexit 1", in: project)
      for round in ["rebuilt", "removed"] {
        try sandbox.run(Self.ordinary + ["git", "push", "production", "main"], in: project.directory).expect(status: 1)
        try Self.commit(round, build: "true", in: project)
        if round == "rebuilt" {
          try project.git("push", "--quiet", "production", "main:other")
          try sandbox.run(Self.ordinary + ["nextdeploy", "rebuild", "other", "--clean"]).expectSuccess()
          #expect(try sandbox.get() == "rebuilt")
          try Self.commit("odd", build: "mkdir -p ignored\n\(all)\nexit 1", in: project)
        }
      }

      try sandbox.run(Self.ordinary + ["nextdeploy", "app", "remove", "shop"]).expectSuccess()

      #expect(try Files.list("\(sandbox.root)/apps") == [])
    }
  }
}
