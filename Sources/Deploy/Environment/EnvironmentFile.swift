/// An app's env file and the changes to it: a .env file whose comments say which programs see a variable.
///
///     DATABASE_URL=postgres://localhost/shop
///     NPM_TOKEN=abc # build only
///     SMTP_PASSWORD='two words' # run only
///
/// A change touches only the lines it is about: an admin's comments and their order stay.
public struct EnvironmentFile {
  /// The whole file as it is to be written.
  public private(set) var text: String
  private let source: String

  /// Makes the file from its text.
  ///
  /// - Parameter source: what the file is called in errors.
  public init(_ text: String, source: String) {
    self.text = text
    self.source = source
  }

  /// Makes the file from its bytes.
  ///
  /// - Throws: if the bytes are not text.
  public init(_ bytes: [UInt8], source: String) throws(Failure) {
    self.init(try Dotenv.text(bytes, source: source), source: source)
  }

  /// Reads the variables in the file; throws if it is malformed or they are too long for a program to be given.
  public func environment() throws(Failure) -> AppEnvironment {
    let entries = try Dotenv(text, source: source).entries
    let values = try Expansion.values(of: entries, source: source)
    var environment = AppEnvironment()
    for entry in entries {
      guard let value = values[entry.name] else { continue }
      environment.variables[entry.name] = .init(value, Self.scope(entry.comment))
    }
    try environment.requireFit(source)
    return environment
  }

  /// Reads the variables from a file that somebody wrote by hand, in the order in which they first appear.
  ///
  /// Its comments are ignored: every variable is for builds and instances.
  ///
  /// - Throws: if the file is malformed, or sets a name for which a value would have no effect.
  public static func imported(_ bytes: [UInt8], source: String) throws(Failure) -> [(VariableName, String)] {
    let entries = try Dotenv(try Dotenv.text(bytes, source: source), source: source).entries
    for entry in entries {
      guard let reason = ProgramEnvironment.taken[entry.name] else { continue }
      throw Dotenv.failure(
        source, entry.line, "sets \(entry.name), which has no effect here: \(reason)", next: "Remove the line.")
    }
    let values = try Expansion.values(of: entries, source: source)
    var names: [VariableName] = []
    var seen = Set<String>()
    for entry in entries where seen.insert(entry.name).inserted { names.append(try VariableName(entry.name)) }
    return names.map { ($0, values[$0.description] ?? "") }
  }

  /// Sets a variable: in place if the file has it already, else at the end.
  ///
  /// - Parameter scope: which programs see it; nil leaves that as it is.
  /// - Throws: if the value cannot be written, or does not fit with the others; the text is unchanged then.
  public mutating func set(_ name: VariableName, to value: String, _ scope: AppEnvironment.Scope?) throws(Failure) {
    let dotenv = try Dotenv(text, source: source)
    let own = dotenv.entries.filter { $0.name == name.description }
    var scope = scope ?? Self.scope(own.last?.comment)
    if name.isPublic && scope == .run { scope = .both }
    let line = try Self.line(name.description, value, scope)
    var changed = self
    if own.isEmpty {
      changed.text += (text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? "" : "\n") + line + "\n"
    } else {
      changed.replace(own, in: dotenv, with: line)
    }
    // All together must still fit.
    _ = try changed.environment()
    self = changed
  }

  /// Removes a variable; returns false if there is none of that name.
  public mutating func unset(_ name: String) throws(Failure) -> Bool {
    let dotenv = try Dotenv(text, source: source)
    let own = dotenv.entries.filter { $0.name == name }
    if !own.isEmpty { replace(own, in: dotenv, with: nil) }
    return !own.isEmpty
  }

  /// Replaces the last of these entries with a line, and removes the others.
  private mutating func replace(_ entries: [Dotenv.Entry], in dotenv: Dotenv, with line: String?) {
    var scalars = dotenv.text
    for (index, entry) in entries.enumerated().reversed() {
      if index == entries.count - 1, let line {
        scalars.replaceSubrange(entry.range, with: line.unicodeScalars)
      } else {
        let end = min(entry.range.upperBound + 1, scalars.count)
        scalars.removeSubrange(entry.range.lowerBound..<end)
      }
    }
    text = String(String.UnicodeScalarView(scalars))
  }

  // MARK: One line

  private static func scope(_ comment: String?) -> AppEnvironment.Scope {
    switch comment {
    case "build only": .build
    case "run only": .run
    default: .both
    }
  }

  /// A variable as a line of the file, without a line break; throws if no .env file can hold the value.
  public static func line(_ name: String, _ value: String, _ scope: AppEnvironment.Scope) throws(Failure) -> String {
    let comment =
      switch scope {
      case .both: ""
      case .build: " # build only"
      case .run: " # run only"
      }
    return "\(name)=\(try written(value, name))\(comment)"
  }

  /// A value written so that it reads back unchanged: plain if possible, else in the first quotes that work.
  private static func written(_ value: String, _ name: String) throws(Failure) -> String {
    guard !value.utf8.contains(0) else {
      throw Failure(
        "setting \(name)", "the value holds a NUL, which no variable can",
        next: "Give it as text, for example in base64.")
    }
    if AppEnvironment.isTooLong(name, value) {
      throw Failure("setting \(name)", "the value \(AppEnvironment.tooLong(name))", next: AppEnvironment.inFile)
    }
    let escaped = value.unicodeScalars.map { $0 == "$" ? "\\$" : String($0) }.joined()
    let oneLine = escaped.unicodeScalars.map { $0 == "\n" ? "\\n" : $0 == "\r" ? "\\r" : String($0) }.joined()
    let forms = [escaped, "'\(escaped)'", "\"\(escaped)\"", "`\(escaped)`", "\"\(oneLine)\""]
    for form in forms {
      // What follows must not become part of it, nor it of what follows.
      let text = "\(name)=\(form) # build only\nNEXT=1\n"
      guard let entries = try? Dotenv(text, source: "").entries, entries.count == 2, entries[0].comment == "build only",
        let values = try? Expansion.values(of: entries, source: "")
      else { continue }
      if values[name].map({ Array($0.unicodeScalars) }) == Array(value.unicodeScalars) { return form }
    }
    throw Failure(
      "setting \(name)", "the value holds quotes of all three kinds in a way that no .env file can",
      next: "Give it in base64, and have the app decode it.")
  }
}

extension AppEnvironment {
  static func isTooLong(_ name: String, _ value: String) -> Bool { name.utf8.count + value.utf8.count + 2 > 131_072 }

  static func tooLong(_ name: String) -> String {
    "makes \(name) longer than 128 KiB, the most that a variable can be"
  }

  static let inFile = "Keep it in a file, for example below a path that \"persist\" names, and give the file's path."

  /// Throws if no program could be started with them (execve(2)): a variable over 128 KiB, or too much in all.
  func requireFit(_ source: String) throws(Failure) {
    for (name, variable) in variables.sorted(by: { $0.key < $1.key })
    where Self.isTooLong(name, variable.value) {
      throw Failure("reading \(source)", "it \(Self.tooLong(name))", next: Self.inFile)
    }
    let size = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.value.utf8.count + 2 }
    if size > 1 << 20 {
      throw Failure(
        "reading \(source)", "all variables together are \(size >> 10) KiB, and a program can be given 1024 KiB",
        next: "Keep the longest ones in files, for example below a path that \"persist\" names.")
    }
  }
}
