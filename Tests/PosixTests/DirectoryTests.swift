import Dispatch
import Synchronization
import TestKit
import Testing

@testable import Posix

/// What is below the top was put there by somebody who wants out.
@Suite("A directory")
struct DirectoryTests {
  @Test("reads and writes what is below it", arguments: lookups)
  func readsWritesBelow(_ lookup: Directory.Lookup) throws {
    let place = try Place()
    let top = try Directory(place.top, lookup)

    let inner = try top.made(below("a/b"))
    try inner.create(below("file"), mode: 0o600).write("text".utf8)
    try top.link(below("a/link"), to: Array("b".utf8))
    try top.hardLink(below("a/b/file"), to: below("a/other"), in: top)
    try top.rename(below("a/other"), to: below("moved"), in: inner)

    #expect(try top.read(below("a/b/file"), atMost: 4) == Array("text".utf8))
    #expect(try top.status(below("a/b/file"))?.mode == 0o600)
    #expect(try top.linkTarget(below("a/link")) == Array("b".utf8))
    #expect(try top.linkTarget(below("a/b")) == nil)
    #expect(try inner.status(below("moved"))?.inode == inner.status(below("file"))?.inode)
    #expect(
      try Set(top.directory(below("a")).entries().map { "\($0.name) \($0.kind)" }) == ["b directory", "link link"])
    #expect(try top.status(below("a/none")) == nil)
    #expect(try top.read(below("none/x"), atMost: 4) == nil)
  }

  @Test(
    "gives to another user what one user owns, but no link, and nothing that has a second name",
    .enabled(if: CurrentProcess.isRoot))
  func gives() throws {
    let place = try Place()
    try place.write(["kept/a/file": "text", "kept/other": "text", "kept/twice": "text", "outside": "text"])
    let top = try Directory(place.top)
    try top.hardLink(below("kept/twice"), to: below("second"), in: top)
    try top.link(below("kept/a/link"), to: Array("../../outside".utf8))
    try top.link(below("kept/away"), to: Array("..".utf8))
    try runProgram(["chown", "66001", "\(place.top)/kept/other"])

    try top.give(below("kept"), from: 0, to: 66000)

    let owners = try [
      "kept", "kept/a", "kept/a/file", "kept/other", "kept/twice", "kept/a/link", "kept/away", "outside",
    ].map {
      try top.status(below($0))?.owner
    }
    #expect(owners == [66000, 66000, 66000, 66001, 0, 0, 0, 0])
  }

  @Test("gives what is there while its directories become links and come back, and nothing that those lead to")
  func givesMeanwhile() throws {
    let place = try Place()
    let (path, top) = (place.path, place.top)
    for number in 0..<20 { try place.write(["kept/\(number)/file": "text"]) }
    let (me, other) = (CurrentProcess.user, CurrentProcess.isRoot ? 66000 : CurrentProcess.user)
    let problems = Mutex<[String]>([])

    DispatchQueue.concurrentPerform(iterations: 2) { side in
      do {
        if side == 0 {
          for turn in 0..<1500 {
            let kept = "\(top)/kept/\(turn % 20)"
            try Files.rename(kept, to: "\(path)/away")
            try Files.link(kept, to: "../../outside")
            try Files.remove(kept)
            try Files.rename("\(path)/away", to: kept)
          }
        } else {
          for _ in 0..<60 { try Directory(top).give(below("kept"), from: me, to: other) }
        }
      } catch { problems.withLock { $0.append("\(error)") } }
    }

    #expect(problems.withLock { $0 } == [])
    #expect(try place.isUntouched && Files.status("\(place.path)/outside/file")?.owner == me)
  }

  @Test("tells of a time that is too late to count as one at the latest")
  func tellsLateTime() throws {
    let place = try Place()
    try place.write(["file": "text"])
    let top = try Directory(place.top)

    // Beyond the year 2262, as ext4 can have it.
    try top.setModified(below("file"), 13_569_465_600)

    #expect(try top.status(below("file"))?.modified == .max)
  }

  @Test("is not left through a symlink, whatever is done", arguments: lookups, ["../outside", "/"])
  func notLeftThrough(_ lookup: Directory.Lookup, _ target: String) throws {
    let place = try Place()
    try place.write(["own/file": "own"])
    try Files.link("\(place.top)/dir", to: target == "/" ? "\(place.path)/outside" : target)
    try Files.link("\(place.top)/file", to: target == "/" ? "\(place.path)/outside/file" : "\(target)/file")
    try Files.link("\(place.top)/own/up", to: "../..")
    let top = try Directory(place.top, lookup)

    for path in ["dir/file", "own/up/outside/file", "dir/new", "own/up/new"] {
      let path = try below(path)
      #expect(try top.read(path, atMost: 100) == nil)
      #expect(try top.status(path) == nil)
      #expect(try top.followed(path) == nil)
      #expect(try !top.removeFile(path))
      try top.remove(path)
      #expect(throws: SystemError.self) { _ = try top.create(path) }
      #expect(throws: SystemError.self) { try top.makeDirectory(path) }
      #expect(throws: SystemError.self) { _ = try top.made(path) }
      #expect(throws: SystemError.self) { _ = try top.directory(path.parent) }
      #expect(throws: SystemError.self) { try top.link(path, to: [0x78]) }
      #expect(throws: SystemError.self) { try top.rename(below("own/file"), to: path, in: top) }
      #expect(throws: SystemError.self) { try top.hardLink(below("own/file"), to: path, in: top) }
      #expect(throws: SystemError.self) { try top.rename(path, to: below("taken"), in: top) }
    }
    #expect(try top.read(below("file"), atMost: 100) == nil)
    #expect(throws: SystemError.self) { _ = try top.create(below("file")) }
    #expect(throws: SystemError.self) { _ = try top.directory(below("dir")) }

    #expect(try place.isUntouched)
    #expect(try Files.text("\(place.top)/own/file") == "own")
    try top.empty()
    #expect(try Files.list(place.top) == [])
    #expect(try place.isUntouched)
  }

  @Test("follows symlinks where it is told to, and they stay inside", arguments: lookups)
  func followsSymlinksTold(_ lookup: Directory.Lookup) throws {
    let place = try Place()
    try place.write(["store/next/package.json": "{}"])
    for (link, target) in [
      ("next", "store/next"), ("store/up", ".."), ("long", "store/up/./store//next/"), ("circle", "circle"),
      ("out", "store/../../outside"), ("through", "store/next/package.json/../x"), ("nowhere", "none"),
    ] { try Files.link("\(place.top)/\(link)", to: target) }
    let top = try Directory(place.top, lookup)

    #expect(try top.followed(below("next/package.json")) == below("store/next/package.json"))
    #expect(try top.followed(below("long/package.json")) == below("store/next/package.json"))
    #expect(try top.followed(below("store/up/store/up")) == .top)
    for path in ["circle", "out", "out/file", "nowhere", "next/none"] { #expect(try top.followed(below(path)) == nil) }
  }

  // MARK: What is no file

  @Test("reads files only, and waits for none", .timeLimit(.minutes(1)), arguments: lookups)
  func readsFilesWaits(_ lookup: Directory.Lookup) throws {
    let place = try Place()
    try runProgram(["mkfifo", "\(place.top)/pipe"])
    try Files.makeDirectory("\(place.top)/dir")
    let top = try Directory(place.top, lookup)

    for name in ["pipe", "dir", "none"] { #expect(try top.read(below(name), atMost: 100) == nil, "\(name)") }
  }

  @Test("reads no more than it is told to")
  func readsNoMore() throws {
    let place = try Place()
    try place.write(["four": "1234"])
    let sparse = "\(place.top)/sparse"
    try runProgram(["truncate", "--size=4G", sparse])
    let top = try Directory(place.top)

    #expect(try top.read(below("four"), atMost: 4)?.count == 4)
    #expect(throws: SystemError("reading", "\(place.top)/four", code: 27)) {
      _ = try top.read(below("four"), atMost: 3)
    }
    #expect(throws: SystemError("reading", sparse, code: 27)) { _ = try top.read(below("sparse"), atMost: 64 << 20) }
  }
}
