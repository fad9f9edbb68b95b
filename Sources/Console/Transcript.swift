import Deploy

/// A deploy's events as lines for people to read.
struct Transcript {
  /// One line, without its line break.
  struct Line: Equatable {
    let text: String
    var colour: Terminal.Colour?
  }

  /// The step that has begun, until anything about it is shown.
  private var step: (name: Step, detail: String)?
  /// The beginning of a line of output that is not complete yet.
  private var partial: [UInt8] = []

  /// The lines that an event adds.
  mutating func lines(_ event: Event) -> [Line] {
    switch event {
    case .began(let headline):
      let from = headline.branch.map { " (\($0))" } ?? ""
      return [
        Line(text: "\(headline.app)\(from): \(headline.commit.id.short) \(headline.commit.subject)"),
        Line(text: headline.detected),
      ]
    case .stepStarted(let step, let detail):
      self.step = (step, detail)
      return []
    case .output(let bytes): return output(bytes)
    case .stepFinished(let step, let result, let seconds):
      let line = "\(step.rawValue.padded(to: Self.width))  \(result.padded(to: 48))  \(Self.format(seconds))"
      return flushed() + [Line(text: line)]
    case .warned(let text): return [Line(text: "warning: \(text)", colour: .yellow)]
    case .noted(let text), .logged(let text): return [Line(text: text, colour: .grey)]
    case .live(let result):
      return [
        Line(text: "live: \(result.url)", colour: .green),
        Line(text: "release \(result.release), total \(Self.format(result.seconds))"),
      ]
    case .failed(let step, let failure, let live):
      let end = live.map { "The old release \($0) is still live." } ?? "No release of this app is live yet."
      return flushed() + [Line(text: "FAILED at \(step.rawValue): \(failure.attempt)", colour: .red)]
        + (Self.details(of: failure) + [end]).map { Line(text: $0) }
    }
  }

  /// What follows a failure's first line: the cause, the last lines of output, and what to do.
  static func details(of failure: Failure) -> [String] {
    let excerpt = failure.excerpt.isEmpty ? [] : ["  last lines:"] + failure.excerpt.map { "    \($0)" }
    return ["  \(failure.cause)"] + excerpt + ["  next: \(failure.next)"]
  }

  private mutating func output(_ bytes: [UInt8]) -> [Line] {
    var lines: [Line] = []
    if let step {
      lines.append(Line(text: "\(step.name.rawValue.padded(to: Self.width))  \(step.detail)"))
      self.step = nil
    }
    partial += bytes
    while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(Self.line(partial[..<end]))
      partial.removeSubrange(...end)
    }
    return partial.count > 16_384 ? lines + flushed() : lines
  }

  private mutating func flushed() -> [Line] {
    defer { (partial, step) = ([], nil) }
    return partial.isEmpty ? [] : [Self.line(partial[...])]
  }

  private static func line(_ output: ArraySlice<UInt8>) -> Line {
    Line(text: "    " + String(decoding: output, as: UTF8.self))
  }

  private static let width = Step.allCases.map(\.rawValue.count).max() ?? 0

  /// Seconds with two decimal places.
  private static func format(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }
}
