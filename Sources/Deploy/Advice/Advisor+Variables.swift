// Variables that a program misses.
extension Advisor {
  func variables(_ output: ProgramOutput, at stage: Stage) -> Advice? {
    let names = Self.missing(in: output, known: Set(unset?.names ?? []))
    if names.isEmpty { return nil }
    let seen = stage == .run ? environment.forInstances : environment.forBuilds
    let absent = names.filter { seen[$0] == nil }
    guard let first = absent.first ?? names.first else { return nil }
    let list = (absent.isEmpty ? names : absent).joined(separator: ", ")
    let set = "'nextdeploy env set \(app) \(first)'" + ((absent.isEmpty ? names : absent).count > 1 ? " and so on" : "")
    if absent.isEmpty {
      return Advice(cause: "it does not accept the value of \(list)", next: "Correct it with \(set), then push again.")
    }
    let scope = stage == .run ? "instances" : "builds"
    let kept = absent.filter { environment.variables[$0] != nil }
    if kept == absent {
      return Advice(
        cause: "it needs \(list), which \(scope) are not given",
        next: "Give it to both: 'nextdeploy env set \(app) \(first) --build --run', then push again.")
    }
    return Advice(cause: "it needs \(list), which nothing sets", next: "Set it with \(set), then push again.")
  }

  /// The names that an output says are missing or wrong, ten at most.
  static func missing(in output: ProgramOutput, known: Set<String>) -> [String] {
    var names: [String] = []
    var listed = 0
    for line in output.lines {
      let lower = line.lowercased()
      let speaksOfVariables = ["environment variable", "env variable", "env var", "environment key"].contains(
        where: lower.contains)
      let tokens = Self.tokens(of: line)
      var found: [String] = []
      if speaksOfVariables, Self.complaints.contains(where: lower.contains) {
        found = tokens.map(\.name).filter { $0.contains("_") || known.contains($0) || tokens.count == 1 }
      } else if !line.contains("ReferenceError") {
        found = tokens.filter { token in Self.ends.contains { token.rest.hasPrefix($0) } }.map(\.name)
          .filter { $0.contains("_") || known.contains($0) }
      }
      // What validators (t3-env, zod, envalid) list below their own complaint, or behind it.
      if lower.contains("invalid environment variable") || lower.contains("missing environment variable")
        || lower.contains("invalid env")
      {
        listed = 60
      }
      if listed > 0 {
        // Up to where the stack begins.
        listed = line.hasPrefix("    at ") ? 0 : listed - 1
        if listed > 0 { found += tokens.filter { $0.rest.hasPrefix(":") || line.contains("path: [") }.map(\.name) }
      }
      // As in an .npmrc with a token.
      if let range = line.firstRange(of: "Failed to replace env in config: ${") {
        found.append(String(line[range.upperBound...].prefix { $0 != "}" }))
      }
      for name in found where VariableName.isName(name) && !names.contains(name) && !Self.isCommon(name) {
        names.append(name)
      }
    }
    return Array(names.prefix(10))
  }

  private static let complaints = [
    "not set", "not found", "missing", "required", "must", "define", "invalid", "need", "unset", "provide", "empty",
    "please",
    "expected", "add", "set ",
  ]

  /// What stands behind a variable's name.
  private static let ends = [
    " is not set", " is required", " is not defined", " must be set", " is missing", " must be defined",
    " must be provided",
    " not set", " is undefined", " is not configured", " was not provided", " is empty", " should be set", " not found",
    " is not provided", " environment variable", " env var", " is unset", " is not specified", " must be specified",
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

  /// What looks like a variable's name in every output, or is none that an app is given.
  private static func isCommon(_ name: String) -> Bool {
    VariableName.taken[name] != nil
      || [
        "NODE_ENV", "NODE_OPTIONS", "ERR_PNPM", "MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND", "NEXT_TELEMETRY_DISABLED",
        "CI",
      ]
      .contains(name) || name.hasPrefix("ERR_") || name.hasPrefix("ERROR")
  }
}

extension Character {
  fileprivate var isWordPart: Bool { isASCII && (isLetter || isNumber || self == "_") }
}
