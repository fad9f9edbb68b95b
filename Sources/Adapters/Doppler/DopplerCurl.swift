import Deploy
import Posix

/// Asks Doppler's API once, with a curl that reads the token from its standard input.
struct DopplerCurl {
  let program: String
  let environment: [String: String]

  func ask(_ access: DopplerAccess, within limit: Double) throws -> DopplerSource.Answer {
    var output: [UInt8] = []
    let status = try ChildProcess.run(
      Command(arguments(access, limit), environment: environment),
      input: Array("header = \"Authorization: Bearer \(access.token)\"\n".utf8)
    ) { output += $0 }
    if status.isSuccess { return Self.answer(output) }
    // curl(1): 28 is a timeout.
    if status.code == 28 { return .unreachable("it gave no answer in time") }
    let words = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline).last {
      $0.hasPrefix("curl: ")
    }
    return .unreachable(String(words ?? "\(status)").quoted)
  }

  private func arguments(_ access: DopplerAccess, _ limit: Double) -> [String] {
    [
      program, "--disable", "--silent", "--show-error", "--include", "--config", "-", "--max-time", String(limit),
      "--max-filesize", "4194304", "--proto", "=http,https", "--header", "Accept: application/json",
      "\(access.host)/v3/configs/config/secrets/download?format=json",
    ]
  }

  /// What an answer, its head included, says.
  static func answer(_ bytes: [UInt8]) -> DopplerSource.Answer {
    var rest = bytes[...]
    var head: HTTPHead?
    // An interim answer, or a proxy's answer, has a head of its own.
    while rest.starts(with: "HTTP/".utf8) {
      head = HTTPHead(takenFrom: &rest)
      if head == nil { return .unreachable("its answer has no end") }
    }
    let status = head?.status ?? 0
    let message = (try? JSON.parse(String(decoding: rest, as: UTF8.self)))?["messages"]?.elements?.first?.string
    let words = (message ?? "status \(status)").quoted
    switch status {
    case 200: return .secrets(Array(rest))
    case 401, 403: return .refused(words)
    case 429: return .busy(after: head?.value("retry-after").flatMap { Double($0) }.map { min(max($0, 0), 86_400) })
    case 500...599: return .unreachable("it answered with status \(status)")
    default: return .failed(words)
    }
  }
}
