import Deploy
import Posix

/// Compresses files once, for all who ask for them: NAME.gz and so on beside each, where Caddy looks.
struct Compressor {
  /// Has the PATH on which the programs are looked for.
  let environment: [String: String]
  /// How long all of it may take: a deploy waits for it.
  let limit: Duration

  /// A program that compresses files and keeps them.
  private struct Program {
    let words: [String]
    let ending: String
  }

  /// gzip is on every Debian; the others are used where they are installed.
  private static let programs = [
    Program(words: ["gzip", "-9", "-n", "-k", "-f", "--"], ending: "gz"),
    Program(words: ["zstd", "-q", "-12", "-k", "-f", "--"], ending: "zst"),
    Program(words: ["brotli", "-q", "9", "-k", "-f", "--"], ending: "br"),
  ]

  /// How the names of what it makes end.
  static let endings = programs.map(\.ending)

  /// Whether a file gets smaller, and is small enough for it to take no time.
  static func canCompress(_ name: PathBelow, size: Int) -> Bool {
    let kinds = ["js", "mjs", "css", "json", "svg", "map", "txt", "xml", "html", "wasm"]
    return (1 << 10...8 << 20).contains(size)
      && kinds.contains { name.description.hasSuffix(".\($0)") }
  }

  /// Whether a name is that of a file that was compressed, which Caddy serves in the place of the file.
  static func isCompressed(_ name: PathBelow) -> Bool {
    let text = name.description
    guard let ending = endings.first(where: { text.hasSuffix(".\($0)") }) else { return false }
    return PathBelow(String(text.dropLast(ending.utf8.count + 1))).map { canCompress($0, size: 1 << 20) } ?? false
  }

  /// Compresses files of nextdeploy's own by their absolute paths.
  func compress(_ paths: [String]) throws {
    let deadline = ContinuousClock.now + limit
    for program in Self.programs where Command.find(program.words[0], path: environment["PATH"] ?? "") != nil {
      for start in stride(from: 0, to: paths.count, by: Self.together) {
        let some = paths[start..<min(start + Self.together, paths.count)]
        var output: [UInt8] = []
        let status = try ChildProcess.run(Command(program.words + some, environment: environment)) {
          if ContinuousClock.now < deadline { return }
          throw Self.failure(
            of: program, "\(paths.count) files were not compressed within \(limit.components.seconds) s")
        } output: {
          output += $0
        }
        if status.isSuccess { continue }
        throw Self.failure(of: program, "\(status) (\(String(decoding: output, as: UTF8.self).quoted))")
      }
    }
  }

  private static func failure(of program: Program, _ cause: String) -> Failure {
    Failure(
      "compressing files with \(program.words[0])", cause,
      next: "They are served as they are, and compressed anew for each visitor.")
  }

  /// How many paths a program is given at a time: the kernel takes 2 MB of them.
  private static let together = 200
}
