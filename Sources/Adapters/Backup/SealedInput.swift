import Archives
import Deploy
public import Posix

/// A backup as it arrives: decrypted on its way, and checked once it has ended.
public struct SealedInput: ~Copyable {
  private var plain: FileDescriptor?
  private var filter: Filter?
  private let pump: Pump

  /// - Parameters:
  ///   - passphrase: called if it takes one.
  ///   - identity: the file of the private key, if it takes age.
  public init(
    from input: consuming FileDescriptor, environment: [String: String], identity: String?,
    passphrase: () throws -> [UInt8]
  ) throws {
    var start: [UInt8] = []
    while start.count < Seal.headerLength {
      let bytes = try input.read(upTo: Seal.headerLength - start.count)
      if bytes.isEmpty { break }
      start += bytes
    }
    if start.starts(with: Seal.begin.utf8) {
      try Seal.require("openssl", Self.attempt, environment)
      let words = String(decoding: start.dropLast(), as: UTF8.self).split(separator: " ")
      guard start.count == Seal.headerLength, words.count == 4, let salt = Self.bytes(words[2]) else {
        throw Self.damaged("its first line is not that of a backup")
      }
      let secret = try passphrase()
      let mac = PassphraseMAC(secret, salt: salt, iterations: Seal.iterations)
      guard Seal.header(salt, mac) == start else {
        throw Failure(Self.attempt, "the passphrase is not the one that it was made with", next: Self.nothing)
      }
      var filter = try Filter(secret: secret + [UInt8(ascii: "\n")]) {
        Command(Seal.openSSL(["-d"], secret: $0), environment: environment)
      }
      plain = filter.takeOutput()
      guard let sealed = filter.takeInput() else { throw Self.damaged("there is no pipe") }
      self.filter = consume filter
      let header = start
      pump = Pump(from: input, to: sealed) { input, sealed in
        var mac = mac
        mac.add(header)
        // The last bytes are the sum.
        var held: [UInt8] = []
        while true {
          let bytes = try input.read(upTo: 128 << 10)
          if bytes.isEmpty { break }
          held += bytes
          let count = max(0, held.count - PassphraseMAC.length)
          let piece = Array(held[..<count])
          held.removeFirst(count)
          mac.add(piece)
          try sealed.write(piece)
        }
        guard PassphraseMAC.isSame(mac.finish(), held) else { throw Self.damaged("it is cut off, or was changed") }
      }
    } else if start.starts(with: Array("age-encryption.org/".utf8)) {
      try Seal.require("age", Self.attempt, environment)
      guard let identity else {
        throw Failure(
          .usage, Self.attempt, "it is encrypted with age",
          next: "Name the file of the private key with --identity FILE.")
      }
      let words = ["age", "--decrypt", "--identity", identity]
      var filter = try Filter { _ in Command(words, environment: environment) }
      plain = filter.takeOutput()
      guard let sealed = filter.takeInput() else { throw Self.damaged("there is no pipe") }
      self.filter = consume filter
      pump = Self.pump(start, from: input, to: sealed)
    } else if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
      filter = nil
      var pipe = try Channel()
      plain = pipe.takeReader()
      guard let writer = pipe.takeWriter() else { throw Self.damaged("there is no pipe") }
      pump = Self.pump(start, from: input, to: writer)
    } else if start.starts(with: Seal.name.utf8) {
      throw Self.ofAnotherVersion(
        String(decoding: start.dropFirst(Seal.name.utf8.count).prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    } else {
      throw Self.damaged(start.isEmpty ? "nothing arrived" : "it is no backup of nextdeploy's")
    }
  }

  private static func pump(
    _ start: [UInt8], from input: consuming FileDescriptor, to output: consuming FileDescriptor
  ) -> Pump {
    Pump(from: input, to: output) { input, output in
      try output.write(start)
      while true {
        let bytes = try input.read(upTo: 128 << 10)
        if bytes.isEmpty { return }
        try output.write(bytes)
      }
    }
  }

  /// Gives what the backup is once it is decrypted; nothing of it is to be trusted before ``finish()``.
  public mutating func take() throws -> FileDescriptor {
    guard let plain = plain.take() else { throw Self.damaged("there is no pipe") }
    return plain
  }

  /// Throws unless all that was read is what was written, to its end.
  public consuming func finish() throws {
    try pump.wait()
    if let filter = filter.take(), case let status = try filter.wait(), !status.isSuccess {
      throw Self.damaged("the program that decrypts it ended with \(status)")
    }
  }

  private static func bytes(_ digits: Substring) -> [UInt8]? {
    let digits = Array(digits.utf8)
    guard digits.count == 32 else { return nil }
    let bytes = stride(from: 0, to: 32, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return bytes.count == 16 ? bytes : nil
  }

  static let attempt = "reading the backup"
  static let nothing = "Nothing was changed."

  static func ofAnotherVersion(_ format: String) -> Failure {
    Failure(
      attempt, "it was made by another version of nextdeploy (format \(VisibleText.line(format)))",
      next: "\(nothing) Install that version, import, then update.")
  }

  static func damaged(_ cause: String) -> Failure {
    Failure(attempt, cause, next: "\(nothing) Give it the whole of what 'nextdeploy export --all' wrote.")
  }
}
