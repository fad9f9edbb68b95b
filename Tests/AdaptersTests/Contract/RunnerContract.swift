import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// The promises of the seam Runner, which the runner of every backend keeps.
///
/// What ends jobs is in RunnerContract+Ends.swift.
@Suite("Every runner")
struct RunnerContract {
  @Test(
    "says how a job ended", arguments: TestedBackends.all,
    [
      ("exit 0", .succeeded), ("exit 1", .failed(exitCode: 1)), ("exit 126", .failed(exitCode: 126)),
      ("exit 137", .killed), ("exit 203", .failed(exitCode: 203)), ("exit 249", .failed(exitCode: 249)),
      ("exit 255", .failed(exitCode: 255)), ("kill -TERM $$", .failed(exitCode: 143)),
      ("kill -HUP $$", .failed(exitCode: 129)), ("kill -SEGV $$", .failed(exitCode: 139)), ("kill -KILL $$", .killed),
    ] as [(String, JobResult)])
  func ending(backend: any TestedBackend, ending: (script: String, result: JobResult)) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()

      let (result, output) = try stage.run(stage.job("ulimit -c 0; echo began; \(ending.script)"))

      #expect(result == ending.result)
      #expect(String(decoding: output, as: UTF8.self) == "began\n")
    }
  }

  @Test("says of a program that is missing which it is, as a shell does", arguments: TestedBackends.all)
  func missing(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      var job = stage.job("")
      job.work = .program(["no-such-program", "--version"])

      let (result, output) = try stage.run(job)

      #expect(result == .failed(exitCode: 127))
      #expect(String(decoding: output, as: UTF8.self).contains("no-such-program"))
    }
  }

  @Test(
    "runs a job in the environment and directory that it is given, and in nothing else", arguments: TestedBackends.all)
  func surroundings(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut(["packages/web/file": "text"])
      let odd = [
        "ODD": "a  \"b\" 'c' $HOME \\d #e\nand a line=more", "WORDS": "\u{E9}\u{301}\u{1F600}", "EMPTY": "",
        "LONG": String(repeating: "long ", count: 20_000), "TERM": "dumb",
      ]
      var job = stage.job("", odd)
      job.work = .program(["env", "--null"])
      job.directory += "/packages"
      var place = stage.job("pwd -P; ls")
      place.directory = job.directory

      let (result, output) = try stage.run(job)
      let (_, there) = try stage.run(place)

      #expect(result == .succeeded)
      let seen = Dictionary(
        output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.map { line in
          let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return (String(parts[0]), String(parts[1]))
        }
      ) { first, _ in first }
      // The user that a job runs as, whom the backend chooses, has a name and a home of its own.
      let user: Set = ["HOME", "USER", "LOGNAME"]
      #expect(seen.filter { !user.contains($0.key) } == job.environment)
      #expect(String(decoding: there, as: UTF8.self) == "\(Files.resolved(stage.workspace))/packages\nweb\n")
    }
  }

  @Test("gives a job nothing to read", arguments: TestedBackends.all)
  func input(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()

      #expect(try stage.run("cat; echo end; ls /proc/self/fd | wc -l") == "end\n4\n")
    }
  }

  @Test("hands over what a job writes as it comes, whatever it is and however much", arguments: TestedBackends.all)
  func output(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      // All bytes in changing places, and no text.
      let block = (0..<251 * 256).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      var bytes: [UInt8] = []
      for _ in 0..<256 { bytes += block }
      try Files.write(bytes: bytes, to: "\(stage.workspace)/bytes", durable: false)
      var isTold = false

      let (result, output) = try stage.run(
        stage.job("cat bytes; printf '\\377' >&2; \(Stage.waiting(for: "go")); printf end"),
        output: {
          // It goes on once the first of its output has arrived.
          if !isTold && $0.last == 0xFF { try stage.tell("go") }
          isTold = isTold || $0.last == 0xFF
        })

      #expect(result == .succeeded)
      bytes += [0xFF] + Array("end".utf8)
      let isSame = output == bytes
      #expect(isSame, "\(output.count) of \(bytes.count) bytes came")
    }
  }

  @Test("tells who watches how long a job has run", arguments: TestedBackends.all)
  func watch(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      var told: [Double] = []

      _ = try stage.run(
        stage.job(Stage.waiting(for: "go")),
        watch: { seconds in
          told.append(try #require(seconds, "it waits for nothing"))
          if told.count == 4 { try stage.tell("go") }
        })

      #expect(told.count >= 4 && told == told.sorted() && told[0] >= 0 && Set(told).count > 1, "\(told)")
    }
  }

  @Test("shows a job's secrets to nobody else, and puts them into no file", arguments: TestedBackends.all)
  func secrets(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      let secret = "secret-of-\(stage.scratch.ports.first)"
      var seen: [String] = []

      let (result, _) = try stage.run(
        stage.job("echo running; \(Stage.waiting(for: "go"))", ["API_KEY": secret]),
        output: { _ in
          let processes = try Files.list("/proc").compactMap { Int32($0) }
          seen += processes.map(commandLine).filter { $0.contains(secret) }
          seen += try stage.scratch.files(below: stage.layout.app(stage.app()).directory)
            .filter { try Files.text($0)?.contains(secret) == true }
          try stage.tell("go")
        })

      #expect(result == .succeeded)
      #expect(seen == [])
    }
  }
}
