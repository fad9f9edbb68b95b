import Deploy
import Posix

/// Fetches files from a mirror, with curl.
struct Download {
  let mirror: Mirror
  /// What the files are needed for.
  let need: RuntimeNeed
  let environment: [String: String]
  let watch: () throws -> Void

  /// Fetches a small file, as text.
  func text(_ path: String, through file: String, atMost limit: Int) throws -> String {
    try Files.remove(file)
    try fetch(path, to: file, atMost: limit, seconds: 60)
    return try Files.text(file) ?? ""
  }

  /// Fetches a file to where none is.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that it may have.
  ///   - seconds: how long that may take.
  func fetch(_ path: String, to file: String, atMost limit: Int, seconds: Int) throws {
    let address = address(path)
    guard let curl = Command.find("curl", path: environment["PATH"] ?? "") else {
      throw Failure(
        "downloading \(address) for \(need)", "curl is not on the PATH",
        next: "Install it ('apt-get install curl'), then try again.")
    }
    let tooLarge = "it has more than the \(limit >> 20) MB that it may have"
    var words: [UInt8] = []
    let status = try ChildProcess.run(
      Command([curl] + arguments(address, file, limit, seconds), environment: environment),
      watch: {
        try watch()
        // Not every server says beforehand how much it sends.
        if try Files.status(file)?.size ?? 0 > limit { throw failure(address, tooLarge) }
      }, output: { words += $0.prefix(4_096) })
    if status.isSuccess {
      if try Files.status(file)?.size ?? 0 > limit { throw failure(address, tooLarge) }
      return
    }
    let line = String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline).last { $0.hasPrefix("curl: ") }
    let cause =
      switch status.code {
      case 18: "it ended before its end"
      case 28: "it did not come in time"
      case 63: tooLarge
      default: "curl could not fetch it: \(String(line ?? "\(status)").quoted)"
      }
    throw failure(address, cause)
  }

  func address(_ path: String) -> String { "\(mirror)/\(path)" }

  private func failure(_ address: String, _ cause: String) -> Failure {
    Failure(
      "downloading \(address) for \(need)", cause,
      next:
        "Check that the server reaches \(mirror), or name a copy of it ('nextdeploy config set runtime.mirror URL', "
        + "for Bun 'runtime.bun-mirror'; docs/runtimes.md), then try again.")
  }

  /// Never from HTTPS to HTTP, and no setting of the user's own.
  private func arguments(_ address: String, _ file: String, _ limit: Int, _ seconds: Int) -> [String] {
    [
      "--disable", "--silent", "--show-error", "--fail", "--globoff", "--location", "--max-redirs", "5",
      "--proto", mirror.isSecure ? "=https" : "=http", "--proto-redir", mirror.isSecure ? "=https" : "=http",
      "--connect-timeout", "15", "--speed-limit", "1000", "--speed-time", "30", "--max-time", String(seconds),
      "--max-filesize", String(limit), "--output", file, "--", address,
    ]
  }
}
