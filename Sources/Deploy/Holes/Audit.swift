/// What `npm audit` answered. Registries can answer what they like: nothing of it is taken as it comes.
struct Audit: Equatable {
  /// A critical hole of a package that a release has.
  struct Advisory: Equatable {
    let package: String
    let title: String
    /// Nil if it has no name that is one.
    let id: HoleID?
  }

  /// The critical ones, each once.
  let advisories: [Advisory]

  /// Reads the answer; nil if it is none, as where the registry cannot be asked.
  init?(_ text: String) {
    guard let packages = (try? JSON.parse(text))?["vulnerabilities"]?.members else { return nil }
    var advisories: [Advisory] = []
    for package in packages where Self.isName(package.key) {
      // A text here is another package, by which this one has its hole.
      for cause in package.value["via"]?.elements ?? [] where cause["severity"]?.string == "critical" {
        guard let title = cause["title"]?.string.map({ VisibleText.line(String($0.unicodeScalars.prefix(120))) }),
          !title.isEmpty
        else {
          continue
        }
        let id = cause["url"]?.string.flatMap { try? HoleID($0.pathParts.last ?? "") }
        let advisory = Advisory(package: package.key, title: title, id: id)
        if advisories.count < Self.most, !advisories.contains(advisory) { advisories.append(advisory) }
      }
    }
    self.advisories = advisories
  }

  /// More are not looked at.
  private static let most = 100
  /// More are not told.
  private static let told = 5

  /// What npm's registry takes for a package's name.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 214 && text.isPlain(and: "@/._-~")
  }

  /// A line for each, and how many more there are.
  ///
  /// - Parameter known: those that are told elsewhere, or need not be.
  func lines(without known: Set<HoleID>) -> [String] {
    let advisories = advisories.filter { $0.id.map(known.contains) != true }
    let more = advisories.count - Self.told
    return advisories.prefix(Self.told).map { advisory in
      let name = advisory.id.map { "\($0), " } ?? ""
      return
        "npm audit: \(advisory.package): \(advisory.title) (\(name)critical): run 'npm audit fix' where it is developed."
    } + (more > 0 ? ["npm audit: \(more) more are critical: 'npm audit --omit=dev' lists them."] : [])
  }
}
