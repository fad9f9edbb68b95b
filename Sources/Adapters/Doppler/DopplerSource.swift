public import Deploy
import Posix

/// Fetches an app's secrets from Doppler, with the `doppler` program if it is installed and with `curl` otherwise.
public struct DopplerSource: SecretsSource {
  /// Where the `doppler` program looks for its settings; created if it is missing.
  let directory: String
  let environment: [String: String]
  /// How many seconds one answer may take, and all attempts together.
  let answerLimit: Double
  let limit: Double

  /// Makes a source that looks for `doppler` and `curl` on the environment's PATH; the limits are in seconds.
  public init(directory: String, environment: [String: String], answerLimit: Double = 10, limit: Double = 30) {
    self.directory = directory
    self.environment = environment
    self.answerLimit = answerLimit
    self.limit = limit
  }

  /// The outcome of one attempt.
  enum Answer: Equatable {
    case secrets([UInt8])
    /// Doppler refused the token, in its own words.
    case refused(String)
    /// Doppler gave any other answer.
    case failed(String)
    /// Doppler wants fewer requests, after so many seconds if it says how many.
    case busy(after: Double?)
    case unreachable(String)
  }

  /// Asks Doppler up to four times while it is busy or cannot be reached; throws at once if it refuses the token.
  public func fetch(_ access: DopplerAccess) throws -> [String: String] {
    let deadline = ContinuousClock.now + .seconds(limit)
    var attempt = 1.0
    while true {
      let left = (deadline - ContinuousClock.now) / .seconds(1)
      let answer = try ask(access, within: max(1, min(answerLimit, left)))
      var pause = attempt
      let failure: Failure
      switch answer {
      case .secrets(let bytes): return try access.secrets(in: bytes)
      case .refused(let words):
        throw access.failure(
          "Doppler refused the token: \(words)",
          next: "Make a new service token, then 'nextdeploy env set \(DopplerAccess.tokenName)'.")
      case .failed(let words):
        throw access.failure("Doppler answered: \(words)", next: "Look at the config at Doppler, then try again.")
      case .busy(let seconds):
        pause = seconds ?? pause
        failure = access.failure(
          seconds.map { "Doppler wants no more requests for \(Int($0)) s (429)" }
            ?? "Doppler wants no more requests (429)",
          next: "Try again later.")
      case .unreachable(let words):
        failure = access.failure("Doppler could not be reached: \(words)", next: "Try again later.")
      }
      guard attempt < 4, ContinuousClock.now + .seconds(pause) < deadline else { throw failure }
      Pause.for(.seconds(pause))
      attempt += 1
    }
  }

  private func ask(_ access: DopplerAccess, within limit: Double) throws -> Answer {
    let path = environment["PATH"] ?? ""
    if let program = Command.find("doppler", path: path) {
      return try DopplerProgram(program: program, directory: directory, environment: environment)
        .ask(access, within: limit)
    }
    guard let curl = Command.find("curl", path: path) else {
      throw access.failure(
        "neither 'doppler' nor 'curl' is on this machine's PATH", next: "Install curl ('apt-get install curl').")
    }
    return try DopplerCurl(program: curl, environment: environment).ask(access, within: limit)
  }
}
