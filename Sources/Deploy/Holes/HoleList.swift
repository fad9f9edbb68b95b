/// The holes that are known, as holes.txt has them.
public struct HoleList: Equatable, Sendable {
  /// Each line of the file, in its order.
  public let holes: [Hole]

  /// Reads the file's text; throws if a line is not as it should be.
  public init(_ text: String) throws(Failure) {
    var holes: [Hole] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      holes.append(try Self.hole(line, "line \(number + 1)"))
    }
    self.holes = holes
  }

  /// A list without any.
  public static let empty = HoleList(holes: [])

  private init(holes: [Hole]) { self.holes = holes }

  /// The packages of npm that are in it.
  public var packages: [String] { holes.flatMap(\.packages).uniqued().filter { $0 != InstalledPackage.node } }

  private static func hole(_ line: Substring, _ place: String) throws(Failure) -> Hole {
    func wrong(_ cause: String) -> Failure {
      Failure("reading the known holes", "\(place): \(cause)", next: "Correct holes/holes.txt.")
    }
    let fields = line.split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 7, !fields.contains(where: \.isEmpty) else { throw wrong("it has not seven fields") }
    guard let severity = Hole.Severity(rawValue: fields[1]) else { throw wrong("\(fields[1].quoted) is no severity") }
    var ids: [HoleID] = []
    for id in fields[0].split(separator: " ") { ids.append(try HoleID(String(id))) }
    var affected: [Hole.Affected] = []
    for range in fields[3].split(separator: " ") {
      let ends = range.split(separator: "..").map { Version($0) }
      guard ends.count == 2, let first = ends[0], let fixed = ends[1], first.precedes(fixed) else {
        throw wrong("\(String(range).quoted) is not FROM..FIXED")
      }
      if let last = affected.last, first.precedes(last.fixed) { throw wrong("its ranges are not in order") }
      affected.append(Hole.Affected(first: first, fixed: fixed))
    }
    guard !ids.isEmpty, !affected.isEmpty else { throw wrong("it names no hole, or no versions") }
    guard fields[6].hasPrefix("https://") else { throw wrong("its source is no address") }
    let need: Hole.Need?
    switch fields[4] {
    case "-": need = nil
    case "app-router": need = .appRouter
    case "sharp": need = .sharp(below: nil)
    default:
      let parts = fields[4].split(separator: "<")
      guard parts.count == 2, parts[0] == "sharp", let version = Version(parts[1]) else {
        throw wrong("\(fields[4].quoted) is no need")
      }
      need = .sharp(below: version)
    }
    return Hole(
      ids: ids, severity: severity, packages: fields[2].split(separator: " ").map(String.init), affected: affected,
      need: need, allows: fields[5], source: fields[6])
  }
}
