extension ProjectFile {
  /// The text of a file with these settings, without those that are the default.
  var text: String {
    let defaults = ProjectFile()
    var members: [(key: String, value: String)] = []
    func add(_ key: String, _ value: String?) { if let value { members.append((key, value)) } }
    func add(_ key: String, _ text: String?, unless usual: String?) {
      if text != usual { add(key, text.map(Self.json)) }
    }
    add("root", root.isTop ? nil : Self.json(root.description))
    add("framework", framework?.rawValue, unless: nil)
    add("install", install, unless: nil)
    add("build", build, unless: nil)
    add("start", start, unless: nil)
    add("release", releaseCommand, unless: nil)
    add("health", healthText)
    add("drain", drainTimeout == defaults.drainTimeout ? nil : #"{ "timeout": \#(Self.json(drainTimeout)) }"#)
    add("persist", persist.isEmpty ? nil : "[\(persist.map { Self.json($0.description) }.joined(separator: ", "))]")
    add("dependencies", dependencies.rawValue, unless: defaults.dependencies.rawValue)
    add("files", files.rawValue, unless: defaults.files.rawValue)
    add("images", images.rawValue, unless: defaults.images.rawValue)
    add("static", staticFiles.map { $0.isTop ? "." : $0.description }, unless: nil)
    add("fallback", fallback?.description, unless: nil)
    add("base", base.map { "/\($0)" }, unless: nil)
    return "{\n\(members.map { "  \"\($0.key)\": \($0.value)" }.joined(separator: ",\n"))\n}\n"
  }

  private var healthText: String? {
    var members: [String] = []
    if let path = health.path { members.append("\"path\": \(Self.json(path))") }
    if let timeout = health.timeout { members.append("\"timeout\": \(Self.json(timeout))") }
    if let status = health.status { members.append("\"status\": \"\(status.lowerBound)-\(status.upperBound)\"") }
    return members.isEmpty ? nil : "{ \(members.joined(separator: ", ")) }"
  }

  private static func json(_ number: Double) -> String { Int(exactly: number).map { String($0) } ?? String(number) }

  private static func json(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
