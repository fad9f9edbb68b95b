import Deploy
import Posix

/// Asks Doppler once, with its own program.
///
/// That program takes a token as an argument, from its environment or from its settings file; others can see the first
/// two. So its settings file is a link to its standard input, and the token is never in a file.
struct DopplerProgram {
  let program: String
  let directory: String
  let environment: [String: String]

  func ask(_ access: DopplerAccess, within limit: Double) throws -> DopplerSource.Answer {
    try Files.makeDirectory(directory, mode: 0o700)
    try Files.replaceLink("\(directory)/.doppler.yaml", to: "/proc/self/fd/0")
    let words = "\(directory)/errors"
    try Files.remove(words)
    var output: [UInt8] = []
    let status = try ChildProcess.run(
      Command(arguments(access, limit), environment: environment),
      input: Array("scoped:\n  /:\n    token: \(access.token)\n".utf8), errors: .file(words)
    ) { output += $0 }
    if status.isSuccess { return .secrets(output) }
    return Self.answer(status, try Files.text(words) ?? "")
  }

  /// No copy of the secrets on the disk, no source other than Doppler, and a single attempt.
  private func arguments(_ access: DopplerAccess, _ limit: Double) -> [String] {
    [
      "timeout", "--kill-after=1", String(limit + 2), program, "secrets", "download", "--no-file", "--format=json",
      "--no-fallback", "--no-cache", "--no-check-version", "--no-read-env", "--silent", "--attempts=1",
      "--timeout=\(Int((limit * 1000).rounded()))ms", "--config-dir=\(directory)", "--api-host=\(access.host)",
    ]
  }

  /// What the program's output means; it does not report the HTTP status.
  static func answer(_ status: ExitStatus, _ words: String) -> DopplerSource.Answer {
    if status.code == 124 || status.isKill { return .unreachable("it gave no answer in time") }
    let lines = words.split(whereSeparator: \.isNewline).map(String.init)
    let error =
      lines.last { $0.hasPrefix("Doppler Error: ") }.map { String($0.dropFirst(15)) } ?? lines.last ?? "\(status)"
    let lowercase = error.lowercased()
    if lowercase.contains("too many requests") || lowercase.contains("rate limit") { return .busy(after: nil) }
    // A Go program's words for a failed connection: Get "URL": dial tcp …: connection refused.
    if error.hasPrefix("Get \"") {
      let isLate = lowercase.contains("deadline") || lowercase.contains("timeout")
      return .unreachable(isLate ? "it gave no answer in time" : String(error.split(separator: ": ").last ?? "").quoted)
    }
    if lowercase.contains("token") { return .refused(error.quoted) }
    return error.contains("invalid character") ? .unreachable("its answer is not JSON") : .failed(error.quoted)
  }
}
