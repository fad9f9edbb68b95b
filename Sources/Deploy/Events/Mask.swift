/// Redacts an app's secrets in what is shown: exact values of 8 characters and more, and such lines of longer ones.
///
/// It works on visible text only: a secret split by characters that no terminal shows would otherwise slip through.
public struct Mask: Sendable {
  /// By their first byte.
  private var secrets: [[[UInt8]]] = Array(repeating: [], count: 256)

  /// Makes a mask for these secrets; more can be added later.
  public init(_ secrets: [String] = []) { for secret in secrets { add(secret) } }

  /// Redacts this value too from here on, and each of its lines; what is shorter than 8 characters is ignored.
  public mutating func add(_ secret: String) {
    let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
    for text in [secret] + lines + ([secret] + lines).map(VisibleText.line)
    where text.unicodeScalars.count >= 8 {
      let bytes = Array(text.utf8)
      if !secrets[Int(bytes[0])].contains(bytes) { secrets[Int(bytes[0])].append(bytes) }
    }
  }

  /// The visible part of a line, with the secrets redacted.
  public func redact(_ line: String) -> String { masked(VisibleText.line(line)) }

  /// The visible part of whole lines, with the secrets redacted.
  func redact(_ bytes: [UInt8]) -> [UInt8] {
    var (visible, stream) = (VisibleText(keepsLines: true), stream())
    return stream.add(visible.add(bytes) + visible.end()) + stream.end()
  }

  private func masked(_ text: String) -> String {
    var stream = stream()
    return String(decoding: stream.add(Array(text.utf8)) + stream.end(), as: UTF8.self)
  }

  /// The same failure with the secrets redacted.
  public func redact(_ failure: Failure) -> Failure {
    var failure = failure
    failure.attempt = redact(failure.attempt)
    failure.cause = redact(failure.cause)
    failure.next = redact(failure.next)
    // Together, for a secret may go over several lines.
    if !failure.excerpt.isEmpty {
      let text = failure.excerpt.map(VisibleText.line).joined(separator: "\n")
      failure.excerpt = masked(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    return failure
  }

  /// Begins to redact text that comes in pieces; secrets added later are not known to it.
  public func stream() -> Stream { Stream(mask: self) }

  /// Redacts bytes that come in pieces: what may be the beginning of a secret is held back until that is clear.
  public struct Stream: Sendable {
    fileprivate let mask: Mask
    private var pending: [UInt8] = []
    /// How many of the pending bytes belong to secrets that began before them.
    private var hidden = 0

    fileprivate init(mask: Mask) { self.mask = mask }

    /// Takes the next bytes and returns what can be shown now.
    public mutating func add(_ bytes: [UInt8]) -> [UInt8] {
      pending += bytes
      return take(isEnd: false)
    }

    /// Ends the text and returns what was held back.
    public mutating func end() -> [UInt8] { take(isEnd: true) }

    private mutating func take(isEnd: Bool) -> [UInt8] {
      var shown: [UInt8] = []
      var place = 0
      scan: while place < pending.count {
        var length = 0
        for secret in mask.secrets[Int(pending[place])] {
          let rest = pending[place...].prefix(secret.count)
          guard secret.starts(with: rest) else { continue }
          if rest.count == secret.count { length = max(length, secret.count) } else if !isEnd { break scan }
        }
        // One mask for secrets that overlap.
        if length > 0 && hidden == 0 { shown += "****".utf8 }
        hidden = max(hidden, length)
        if hidden > 0 { hidden -= 1 } else { shown.append(pending[place]) }
        place += 1
      }
      pending.removeFirst(place)
      return shown
    }
  }
}
