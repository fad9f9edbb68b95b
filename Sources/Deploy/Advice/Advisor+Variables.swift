// Variables that a program misses.
extension Advisor {
  func variables(_ output: ProgramOutput, by program: AppProgram) -> Advice? {
    let names = output.isCodeWrong ? [] : Self.missing(in: output, known: Set(unset?.names ?? []))
    let seen = environment.seen(by: program)
    let absent = names.filter { seen[$0] == nil }
    let told = absent.isEmpty ? names : absent
    guard let first = told.first else { return nil }
    let list = told.joined(separator: ", ")
    let set = "'nextdeploy env set \(app) \(first)'" + (told.count > 1 ? " and so on" : "")
    if absent.isEmpty {
      return Advice(cause: "it does not accept the value of \(list)", next: "Correct it with \(set), then push again.")
    }
    if absent.allSatisfy({ environment.variables[$0] != nil }) {
      return Advice(
        cause: "it needs \(list), which \(program == .app ? "instances" : "builds") are not given",
        next: "Give it to both: 'nextdeploy env set \(app) \(first) --build --run', then push again.")
    }
    return Advice(cause: "it needs \(list), which nothing sets", next: "Set it with \(set), then push again.")
  }

  /// The names that an output says are missing or wrong, ten at most.
  static func missing(in output: ProgramOutput, known: Set<String>) -> [String] {
    var names: [String] = []
    // Lines that may still belong to what a validator lists.
    var listed = 0
    for line in output.complaints {
      let lower = line.lowercased()
      let tokens = tokens(of: line)
      var found: [String] = []
      if subjects.contains(where: lower.contains), complaints.contains(where: lower.contains) {
        found = tokens.map(\.name).filter { $0.contains("_") || known.contains($0) || tokens.count == 1 }
      } else if !line.contains("ReferenceError") {
        found = tokens.filter { token in ends.contains { token.rest.hasPrefix($0) } }.map(\.name)
          .filter { $0.contains("_") || known.contains($0) }
      }
      // What validators (t3-env, zod, envalid) list below their own complaint, or behind it.
      if lists.contains(where: lower.contains) { listed = 60 }
      if listed > 0 {
        // Up to where the stack begins.
        listed = line.hasPrefix("    at ") ? 0 : listed - 1
        if listed > 0 { found += tokens.filter { $0.rest.hasPrefix(":") || line.contains("path: [") }.map(\.name) }
      }
      for name in found where VariableName.isName(name) && !names.contains(name) && !isCommon(name) {
        names.append(name)
      }
    }
    return Array(names.prefix(10))
  }

  private static let subjects = ["environment variable", "env variable", "env var", "environment key"]

  private static let lists = ["invalid environment variable", "missing environment variable", "invalid env"]

  private static let complaints = [
    "not set", "not found", "missing", "required", "must", "define", "invalid", "need", "unset", "provide", "empty",
    "please", "expected", "add", "set ",
  ]

  /// What stands behind a variable's name.
  private static let ends = [
    " is not set", " is required", " is not defined", " must be set", " is missing", " must be defined", " not set",
    " must be provided", " is undefined", " is not configured", " was not provided", " is empty", " should be set",
    " not found", " is not provided", " is unset", " is not specified", " must be specified",
  ]

  /// Words in capitals, as far as they can be a variable's name, each with what follows it.
  private static func tokens(of line: String) -> [(name: String, rest: Substring)] {
    var tokens: [(String, Substring)] = []
    var rest = line[...]
    while let begin = rest.firstIndex(where: \.isWordPart) {
      let word = rest[begin...].prefix(while: \.isWordPart)
      rest = rest[word.endIndex...]
      guard (3...100).contains(word.count), word.first?.isNumber == false, word.contains(where: \.isLetter),
        !word.contains(where: \.isLowercase)
      else { continue }
      tokens.append((String(word), rest.drop { "'\"`)*".contains($0) }))
    }
    return tokens
  }

  /// What looks like a variable's name in many outputs, or is none that an app is given.
  private static func isCommon(_ name: String) -> Bool {
    ProgramEnvironment.taken[name] != nil || name.hasPrefix("ERR") || name.hasPrefix("MODULE_NOT_FOUND")
      || ["NODE_ENV", "NODE_OPTIONS", "NEXT_TELEMETRY_DISABLED", "CI"].contains(name)
  }
}
