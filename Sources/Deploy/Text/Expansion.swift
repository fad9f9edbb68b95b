/// `$NAME`, `${NAME}` and `${NAME:-default}` in the values of a .env file, as Next.js expands them (dotenv-expand);
/// `\$` is a dollar sign. No kind of quotes prevents that.
///
/// Where Next.js would make nothing of a name that is not set, as of `pa$word`, this refuses the file.
struct Expansion {
  private typealias Scalars = [Unicode.Scalar]

  private let source: String
  /// The values as far as they are expanded.
  private var values: [String: Scalars] = [:]

  /// The values of a file's entries, by name; of two of the same name the later counts.
  static func values(of entries: [Dotenv.Entry], source: String) throws(Failure) -> [String: String] {
    var expansion = Expansion(source: source)
    var lines: [String: Int] = [:]
    var order: [String] = []
    for entry in entries {
      if lines[entry.name] == nil { order.append(entry.name) }
      lines[entry.name] = entry.line
      expansion.values[entry.name] = Array(entry.value.unicodeScalars)
    }
    var size = 0
    for name in order {
      let line = lines[name] ?? 0
      let value = withoutBackslashes(try expansion.interpolated(expansion.values[name] ?? [], line: line))
      if value.contains("\0") {
        throw Dotenv.failure(source, line, "holds a NUL, which no variable can", next: "Remove it.")
      }
      if AppEnvironment.isTooLong(name, String(String.UnicodeScalarView(value))) {
        throw Dotenv.failure(source, line, AppEnvironment.tooLong(name), next: AppEnvironment.inFile)
      }
      size += value.count
      if size > 1 << 20 {
        throw Dotenv.failure(
          source, line, "makes the variables together longer than 1024 KiB, the most that a program can be given",
          next: AppEnvironment.inFile)
      }
      expansion.values[name] = value
    }
    return expansion.values.mapValues { String(String.UnicodeScalarView($0)) }
  }

  private init(source: String) { self.source = source }

  /// Replaces from the last `$` to the first, for as long as there is one; what a name stands for may hold more.
  private func interpolated(_ value: Scalars, line: Int) throws(Failure) -> Scalars {
    var value = value
    var rounds = 0
    while let dollar = value.indices.last(where: { value[$0] == "$" && ($0 == 0 || value[$0 - 1] != "\\") }),
      let reference = Reference(value, at: dollar)
    {
      rounds += 1
      guard rounds <= 200, value.count <= 1 << 20 else {
        throw Dotenv.failure(
          source, line, "refers to itself: its $names have no end", next: "Write \\$ where a dollar sign is meant.")
      }
      let known = values[reference.name]
      guard known != nil || reference.fallback != nil else {
        throw Dotenv.failure(
          source, line, "refers to a $name that the file does not set",
          next: "Write \\$ where a dollar sign is meant, or set that name in the file too.")
      }
      let replacement = reference.fallback.flatMap { $0.isEmpty ? nil : $0 } ?? known ?? []
      value = Self.replacing(reference.text, in: value, with: replacement)
    }
    return value
  }

  /// What stands behind a `$`: a name in braces or not, with what counts where it is not set.
  private struct Reference {
    let text: Scalars
    let name: String
    var fallback: Scalars?

    /// Nil if no name follows.
    init?(_ value: Scalars, at dollar: Int) {
      var place = dollar + 1
      if place < value.count, value[place] == "{" { place += 1 }
      let end = value[place...].firstIndex { !$0.isWordPart } ?? value.count
      guard end > place else { return nil }
      name = String(String.UnicodeScalarView(value[place..<end]))
      place = end
      if value[place...].starts(with: [":", "-"] as Scalars) {
        let end = value[(place + 2)...].firstIndex { $0 == "}" || $0 == "\\" } ?? value.count
        fallback = Scalars(value[(place + 2)..<end])
        place = end
      }
      if place < value.count, value[place] == "}" { place += 1 }
      text = Scalars(value[dollar..<place])
    }
  }

  /// As JavaScript's `String.replace` does with a text: the first match counts, and `$` in the new text is special.
  private static func replacing(_ old: Scalars, in value: Scalars, with new: Scalars) -> Scalars {
    guard let place = value.indices.first(where: { value[$0...].starts(with: old) }) else { return value }
    let before = value[..<place]
    let after = value[(place + old.count)...]
    var result = Scalars(before)
    var rest = new[...]
    while let next = rest.popFirst() {
      let meaning: Scalars? =
        if next != "$" {
          nil
        } else {
          switch rest.first {
          case "$": ["$"]
          case "&": old
          case "`": Scalars(before)
          case "'": Scalars(after)
          default: nil
          }
        }
      if let meaning {
        result += meaning
        rest = rest.dropFirst()
      } else {
        result.append(next)
      }
    }
    return result + after
  }

  private static func withoutBackslashes(_ value: Scalars) -> Scalars {
    var result: Scalars = []
    for scalar in value {
      if scalar == "$", result.last == "\\" { result.removeLast() }
      result.append(scalar)
    }
    return result
  }
}
