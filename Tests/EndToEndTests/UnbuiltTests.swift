import Deploy
import Posix
import TestKit
import Testing

@Suite("A commit that needs no build")
struct UnbuiltTests {
  @Test("is written where no build gets, as far as it has changed")
  func place() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one", extra: ["page.txt": "a text"]))
      try project.push().expectSuccess()
      try project.commit("Two", App.node("two"))

      try project.push().expectSuccess().expect("checkout  1 file changed")

      #expect(try sandbox.get() == "two")
      #expect(try Files.list("\(sandbox.app())/workspace").isEmpty)
    }
  }

  @Test("may be followed by one that does, and the other way round; nothing of either gets into the other")
  func changes() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one", extra: [".gitignore": "made\n"]))
      try project.push().expectSuccess()
      try project.commit("Two", App.built("two", build: "ls > made; echo x > made.js"))
      try project.push().expectSuccess()
      #expect(!Files.exists("\(sandbox.app())/unbuilt"), "it is not needed any more")
      #expect(try Files.text("\(sandbox.app())/current/app/made")?.contains("server.js") == true)
      try project.commit("Three", App.node("three", extra: ["nextdeploy.json": "{}"]))

      try project.push().expectSuccess()

      #expect(try sandbox.get() == "three")
      for name in ["made", "made.js"] { #expect(!Files.exists("\(sandbox.app())/current/app/\(name)")) }
      try sandbox.nextdeploy("rebuild", "--clean").expectSuccess().expect("4 files changed")
      #expect(try sandbox.get() == "three")
    }
  }

  @Test("has its binary files, links and modes as git has them, through a .gitattributes too")
  func contents() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let files = App.node("one", extra: [".gitattributes": "*.txt text eol=crlf\n", "page.txt": "1\n2\n"])
      try Files.write(
        String(decoding: [0x89, 0x50, 0, 0xC2, 0xA9, 0] as [UInt8], as: UTF8.self), to: "\(project.directory)/logo.png")
      try Files.write("#!/bin/sh\n", to: "\(project.directory)/run", mode: 0o755)
      try sandbox.run(["ln", "-s", "server.js", "\(project.directory)/link.js"]).expectSuccess()
      try sandbox.run(["truncate", "-s", "17M", "\(project.directory)/large"]).expectSuccess()
      try project.commit("One", files)

      try project.push().expectSuccess()

      let live = "\(sandbox.app())/current/app"
      try sandbox.run(["cmp", "\(project.directory)/logo.png", "\(live)/logo.png"]).expectSuccess()
      try sandbox.run(["cmp", "\(project.directory)/large", "\(live)/large"]).expectSuccess()
      #expect(try Files.text("\(live)/page.txt") == "1\r\n2\r\n")
      #expect(try Files.linkTarget("\(live)/link.js") == "server.js")
      #expect(try Files.status("\(live)/run").map { $0.mode & 0o111 } == 0o111)
    }
  }

  @Test("may have files that are too large for memory where git is no program of the system's")
  func ownGit() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.run(["truncate", "-s", "17M", "\(project.directory)/large"]).expectSuccess()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let git = try #require(Command.find("git", path: sandbox.environment["PATH"] ?? ""))
      try Files.makeDirectory("\(sandbox.home)/own")
      try sandbox.run(["cp", git, "\(sandbox.home)/own/git"]).expectSuccess()

      try sandbox.nextdeploy(
        "rebuild", "--clean", environment: ["PATH": "\(sandbox.home)/own:\(sandbox.environment["PATH"] ?? "")"]
      ).expectSuccess()

      #expect(try Files.status("\(sandbox.app())/current/app/large")?.size == 17 << 20)
    }
  }

  @Test("brings nothing else of the machine into a release where what checks it out is taken over")
  func takenOver() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.run(["truncate", "-s", "17M", "\(project.directory)/large"]).expectSuccess()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let others = "\(sandbox.home)/others"
      try Files.makeDirectory(others)
      try Files.makeDirectory("\(sandbox.home)/own")
      try Files.write("key", to: "\(others)/secret")
      try sandbox.run(["cp", "-r", "\(sandbox.app())/unbuilt/files/.", others]).expectSuccess()
      // It is what runs in that process of all that a test can name.
      let git = try #require(Command.find("git", path: sandbox.environment["PATH"] ?? ""))
      try Files.write(
        """
        #!/bin/sh
        case "$*" in *cat-file*)
          cd \(sandbox.app())/unbuilt
          mv files moved && ln -s \(others) files
          ls -l >files/seen
        esac
        exec \(git) "$@"

        """, to: "\(sandbox.home)/own/git", mode: 0o755)

      _ = try sandbox.nextdeploy(
        "rebuild", "--clean", environment: ["PATH": "\(sandbox.home)/own:\(sandbox.environment["PATH"] ?? "")"])

      #expect(!Files.exists("\(sandbox.app())/current/app/secret"))
      #expect(try Files.status("\(sandbox.app())/unbuilt/files")?.kind == .directory)
      try sandbox.nextdeploy("rebuild").expectSuccess()
    }
  }

  @Test("leaves git's packing to the time after the push")
  func maintenance() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let repository = "\(sandbox.app())/repo.git"
      // Each push leaves a pack then, and two are too many.
      for (key, value) in [("receive.unpackLimit", "1"), ("gc.autoPackLimit", "1")] {
        try sandbox.run(["git", "-C", repository, "config", key, value]).expectSuccess()
      }
      for text in ["one", "two", "three"] {
        try project.commit(text, App.node(text))
        try project.push().expectSuccess()
      }

      try wait(until: "one pack") {
        try Files.list("\(repository)/objects/pack").count { $0.hasSuffix(".pack") } == 1
          && !Files.exists("\(repository)/gc.pid")
      }

      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try sandbox.get() == "two")
    }
  }
}
