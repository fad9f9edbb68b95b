import Archives
import Deploy
public import Posix
import Synchronization

/// How a backup is encrypted. All that is secret on a server is in it.
public enum Seal: Equatable, Sendable {
  /// By OpenSSL, with a key that comes from a passphrase.
  case passphrase([UInt8])
  /// By age, for whoever has the private key of one of these.
  case recipients([String])
  /// Not at all: whatever it is handed to encrypts it.
  case none

  /// How often a passphrase is hashed, by OpenSSL and for the sum: what each guess takes.
  static let iterations = 600_000
  /// How the first line of a backup with a passphrase begins, of every format and of this one.
  static let name = "nextdeploy-backup "
  static let begin = "\(name)1 "
  /// How long that line is, with its end.
  static let headerLength = begin.utf8.count + 32 + 1 + 32 + 1

  /// What `openssl enc` is told; it has no authentication of its own, so a sum follows what it writes.
  static func openSSL(_ mode: [String], secret: Int32) -> [String] {
    ["openssl", "enc"] + mode + ["-aes-256-ctr", "-pbkdf2", "-iter", "\(iterations)", "-pass", "fd:\(secret)"]
  }

  static func header(_ salt: [UInt8], _ mac: PassphraseMAC) -> [UInt8] {
    Array("\(begin)\(salt.hexadecimal) \(mac.check.hexadecimal)\n".utf8)
  }

  /// Throws where the program is missing.
  static func require(_ program: String, _ attempt: String, _ environment: [String: String]) throws {
    if Command.find(program, path: environment["PATH"] ?? "") != nil { return }
    throw Failure(attempt, "the program '\(program)' is not on the PATH", next: "Install it: apt install \(program)")
  }
}

/// Where a backup is written: encrypted on its way, stored nowhere.
public struct SealedOutput: ~Copyable {
  private var plain: FileDescriptor?
  private var filter: Filter?
  private let pump: Pump?

  /// - Parameters:
  ///   - output: where it arrives.
  ///   - environment: has the PATH on which the program is looked for.
  public init(_ seal: Seal, to output: consuming FileDescriptor, environment: [String: String]) throws {
    switch seal {
    case .none:
      plain = consume output
      filter = nil
      pump = nil
    case .recipients(let recipients):
      try Seal.require("age", "encrypting the backup", environment)
      let words = ["age", "--encrypt"] + recipients.flatMap { ["--recipient", $0] }
      var filter = try Filter(to: .descriptor(output.number)) { _ in Command(words, environment: environment) }
      plain = filter.takeInput()
      self.filter = consume filter
      pump = nil
    case .passphrase(let passphrase):
      try Seal.require("openssl", "encrypting the backup", environment)
      var generator = SystemRandomNumberGenerator()
      let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let mac = PassphraseMAC(passphrase, salt: salt, iterations: Seal.iterations)
      var filter = try Filter(secret: passphrase + [UInt8(ascii: "\n")]) {
        Command(Seal.openSSL(["-e", "-salt"], secret: $0), environment: environment)
      }
      plain = filter.takeInput()
      guard let sealed = filter.takeOutput() else {
        throw Failure("encrypting the backup", "there is no pipe", next: "")
      }
      self.filter = consume filter
      let header = Seal.header(salt, mac)
      pump = Pump(from: sealed, to: output) { sealed, output in
        var mac = mac
        mac.add(header)
        try output.write(header)
        while true {
          let bytes = try sealed.read(upTo: 128 << 10)
          if bytes.isEmpty { break }
          mac.add(bytes)
          try output.write(bytes)
        }
        try output.write(mac.finish())
      }
    }
  }

  /// Gives where the backup is written before it is encrypted; whoever takes it closes it.
  public mutating func take() throws -> FileDescriptor {
    guard let plain = plain.take() else { throw SystemError("writing", "the backup", code: 9) }
    return plain
  }

  /// Waits until everything has arrived.
  public consuming func finish() throws {
    try pump?.wait()
    if let filter = filter.take() {
      let status = try filter.wait()
      guard status.isSuccess else {
        throw Failure(
          "encrypting the backup", "the program for it ended with \(status)",
          next: "What was written is no backup: correct what it says, then export again.")
      }
    }
  }
}
