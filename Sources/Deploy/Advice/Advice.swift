/// What a failed program's output says about the cause, and what to do about it.
struct Advice: Equatable {
  /// It continues where "it ended with exit code 1" stops.
  let cause: String
  let next: String
}

/// Finds advice in what an install, a build or an app wrote last.
///
/// That text is hostile: only what has the shape of a name is taken from it.
struct Advisor {
  let app: AppName
  let manifests: [PackageManifest]
  let packages: PackageManagerChoice
  /// The package manager's version; nil if it was not looked up.
  let version: String?
  let environment: AppEnvironment
  /// Whether development packages are left out of a release.
  let leavesOutDevelopment: Bool
  /// What an example file names and nothing sets.
  let unset: UnsetVariables?
  /// Whether it was built elsewhere, so that all that runs of it has only what was shipped.
  var isShipped = false

  /// - Parameters:
  ///   - output: masked.
  ///   - lockfile: its text; nil if there is none.
  func advice(on output: String, by program: AppProgram, lockfile: String? = nil) -> Advice? {
    let output = ProgramOutput(output)
    // What is certain stands first: a build that misses a variable may also say that it could not reach something.
    let finders: [(ProgramOutput) -> Advice?] = [
      disk, memory, { compiling($0, by: program) }, { outdatedLockfile($0, lockfile) }, ignoredBuilds,
      { variables($0, by: program) }, listening, access, conflict, { network($0, by: program) }, absentPackage,
      { module($0, by: program) }, { absentProgram($0, by: program) },
    ]
    return finders.lazy.compactMap { $0(output) }.first
  }

  /// The same, with the lockfile that it may be about.
  func advice(on output: String, by program: AppProgram, in files: any BuiltFiles) -> Advice? {
    // The failure itself must be told, also where that file cannot be read.
    let lockfile = packages.lockfile.flatMap { try? files.text(packages.directory.file($0)) }
    return advice(on: output, by: program, lockfile: lockfile)
  }

  // MARK: The machine

  private func disk(_ output: ProgramOutput) -> Advice? {
    guard
      output.lines.contains(where: {
        $0.contains("ENOSPC") && !$0.contains("watchers") || $0.contains("No space left on device")
      })
    else { return nil }
    return Advice(
      cause: "the disk is full",
      next:
        "Free space on the server ('nextdeploy doctor' shows how full it is; 'nextdeploy config set keep 2 --app \(app)' "
        + "keeps fewer releases), then push again.")
  }

  private func memory(_ output: ProgramOutput) -> Advice? {
    guard output.contains("JavaScript heap out of memory") else { return nil }
    return Advice(
      cause: "Node needed more memory than it may take",
      next:
        "Let it take more: 'nextdeploy env set \(app) NODE_OPTIONS=--max-old-space-size=4096 --build', where the server "
        + "has that much; then push again.")
  }

  private func compiling(_ output: ProgramOutput, by program: AppProgram) -> Advice? {
    let tools = [
      "Could not find any Python", "not found: make", "make: not found", "make: g++: No such file",
      "make: cc: No such file", "make: c++: No such file", "make: gcc: No such file", "g++: not found",
      "c++: not found", "cc: not found",
    ]
    let isMissing = tools.contains(where: output.contains)
    guard isMissing || output.contains("gyp ERR!") && network(output, by: program) == nil else { return nil }
    let path = output.word(after: ["npm error path ", "npm ERR! path "], while: \.isInPath)
    let package = path.flatMap { PackageName(below: $0) }.map { "the package \($0)" } ?? "a package"
    return Advice(
      cause: "\(package) must be compiled" + (isMissing ? ", and the server lacks what that takes" : ", which failed"),
      next: isMissing
        ? "Run 'apt install build-essential python3' on the server, then push again."
        : "See what 'gyp ERR!' says above. A compiler and Python come with 'apt install build-essential python3' on the server."
    )
  }

  // MARK: Programs and modules

  private func hasOnlyRelease(_ program: AppProgram) -> Bool { program == .app || isShipped }

  private func absentProgram(_ output: ProgramOutput, by program: AppProgram) -> Advice? {
    // As shells say it, and what starts an instance.
    let ends = [": not found", ": command not found", ": No such file or directory"]
    let named = output.lines.reversed().lazy.compactMap { line -> String? in
      guard let end = ends.first(where: line.hasSuffix), end != ends[2] || line.contains("finding the program ") else {
        return nil
      }
      return line.dropLast(end.count).split(separator: " ").last.map(String.init)
    }
    guard let name = named.first(where: { PackageName($0) != nil }) else { return nil }
    return Advice(
      cause: "the program '\(name)' was not found",
      next: hasOnlyRelease(program)
        ? "Have \"\(program == .app ? "start" : "release")\" run what a release holds: the app's files, and programs of "
          + "\"dependencies\"."
        : "Add the package that brings it to package.json, or install it on the server.")
  }

  private func module(_ output: ProgramOutput, by program: AppProgram) -> Advice? {
    let beginnings = ["Cannot find module '", "Cannot find package '", "Module not found: Can't resolve '"]
    guard let text = output.word(after: beginnings, while: { $0 != "'" && $0 != "\n" }) else { return nil }
    guard let package = PackageName(ofModule: text)?.description else {
      guard text.utf8.count <= 200, text.unicodeScalars.allSatisfy(\.isInPath) else { return nil }
      return Advice(
        cause: "the file '\(text)' is not there",
        next:
          "Check that it is committed (git ls-files), with its name in the same case: on a server 'Button' and 'button' are "
          + "two.")
    }
    let add = "'\(packages.manager.add) \(package)'"
    let isDevelopment = manifests.contains { $0.developmentDependencies[package] != nil }
    if manifests.contains(where: { $0.dependencies[package] != nil }) {
      return Advice(
        cause: "the package \(package) is not there, though package.json names it",
        next:
          "Check that the lockfile has it, then push again; 'nextdeploy rebuild \(app) --clean' installs everything anew."
      )
    }
    if isDevelopment && hasOnlyRelease(program) && leavesOutDevelopment {
      return Advice(
        cause: "\(package) is a development dependency, and a release has none of these",
        next: "Move it to \"dependencies\", or set \"dependencies\": \"all\" in \(ProjectFile.name), then push again.")
    }
    if isDevelopment { return nil }
    return Advice(
      cause: "the package \(package) is not there, and package.json does not name it",
      next: "Add it (\(add)), commit the lockfile, and push again.")
  }
}

/// The name of a package, as registries allow it.
struct PackageName: CustomStringConvertible {
  let description: String

  /// Nil if the text is no such name.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let name = text.hasPrefix("@") ? parts.dropFirst() : parts[...]
    guard name.count == 1, let first = name.first?.utf8.first, first.isLetterOrDigit, text.utf8.count <= 214,
      text.utf8.dropFirst().allSatisfy({ $0.isWordPart || ".-/".utf8.contains($0) })
    else { return nil }
    description = String(text)
  }

  /// The package that a module belongs to; nil if it is a file.
  init?(ofModule text: String) {
    // What "@/" and "~/" stand for is a directory of the app's; Node says where a file is that it was to start.
    if text.hasPrefix("@/") || text.hasPrefix("/") || text.hasPrefix("node:") { return nil }
    self.init(text.split(separator: "/").prefix(text.hasPrefix("@") ? 2 : 1).joined(separator: "/"))
  }

  /// The package whose directory a path leads to.
  init?(below path: String) {
    let parts = path.pathParts
    guard let modules = parts.lastIndex(of: "node_modules"), modules + 1 < parts.count else { return nil }
    let isScoped = parts[modules + 1].hasPrefix("@")
    self.init(parts[(modules + 1)...].prefix(isScoped ? 2 : 1).joined(separator: "/"))
  }
}

extension Unicode.Scalar {
  /// What a file's path is usually made of.
  var isInPath: Bool { isWordPart || ".-/@+~()[] ".unicodeScalars.contains(self) }
}
