import Deploy

/// A command as a step of a workflow runs it.
struct StepCommand: Equatable, Sendable {
  /// What the step's shell runs.
  let line: String
  let settings: StepSettings

  init(_ line: String, in directory: RelativePath) {
    self.line = line
    settings = StepSettings(in: directory)
  }

  /// The user's own command, in a variable, so that whatever it contains is only seen by the shell.
  init(own command: String, as variable: String, in directory: RelativePath) {
    line = "sh -c \"$\(variable)\""
    settings = StepSettings(in: directory, [variable: command])
  }
}

/// Where a step runs, and what it is given.
struct StepSettings: Equatable, Sendable {
  private let directory: RelativePath
  var environment: [String: String]

  init(in directory: RelativePath, _ environment: [String: String] = [:]) {
    self.directory = directory
    self.environment = environment
  }

  /// The lines of a step that say so.
  var text: String {
    var text = directory.isTop ? "" : "        working-directory: \(directory.description.yaml)\n"
    if !environment.isEmpty {
      text += "        env:\n" + environment.map { "          \($0.key): \($0.value.yaml)\n" }.sorted().joined()
    }
    return text
  }
}

extension String {
  /// The text as a YAML scalar in single quotes (YAML 1.2.2, section 7.3.2). It must have no line breaks.
  var yaml: String { "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }

  /// A line of a step's script that has several.
  var indented: String { "          \(self)" }

  var withoutLineEnd: String { last == "\n" ? String(dropLast()) : self }
}
