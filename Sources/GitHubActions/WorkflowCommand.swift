import Deploy

/// The lines by which a step tells GitHub's runner something.
public enum WorkflowCommand {
  /// Lines that have the runner write `***` where a log would have one of these texts from then on.
  ///
  /// The runner looks at one line of a log after the other, so each line of a text is a mask of its own. What is shorter than 8
  /// characters is left alone, as in what a deploy shows (`Mask`): masked, it would take apart every line that has it.
  public static func masks(_ secrets: [String]) -> [String] {
    let lines = secrets.flatMap { $0.unicodeScalars.split { $0 == "\n" || $0 == "\r" } }.map { line in
      // Lines of a JSON or a key are printed at other depths, too.
      let start = line.drop(while: \.properties.isWhitespace)
      return start[..<(start.lastIndex { !$0.properties.isWhitespace }.map(start.index(after:)) ?? start.startIndex)]
    }
    return lines.filter { $0.count >= 8 }.map { "::add-mask::\(escaped(String($0)))" }.uniqued()
  }

  /// A text as it stands behind a command: `%` begins what the runner takes for another character.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(scalar)
      }
    }.joined()
  }
}
