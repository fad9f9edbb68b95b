// Failures of package managers.
extension Advisor {
  /// A lockfile that does not fit package.json, or the package manager.
  func outdatedLockfile(_ output: ProgramOutput, _ text: String?) -> Advice? {
    let file = packages.lockfile ?? packages.manager.lockfiles[0]
    let author = text.flatMap { LockfileAuthor(of: packages.manager, file: file, text: $0) }
    let written = author.map { ", which \($0) wrote," } ?? ""
    let used = "\(packages.manager.rawValue)\(version.map { " \($0)" } ?? "")"
    let otherVersion = [
      "ERR_PNPM_LOCKFILE_BREAKING_CHANGE", "ERR_PNPM_BROKEN_LOCKFILE", "Ignoring not compatible lockfile",
    ]
    if output.contains(any: otherVersion) {
      let named =
        author.map { "'packageManager' in package.json a version of \($0)" }
        ?? "'packageManager' in package.json the version that wrote it"
      return Advice(
        cause: "\(file)\(written) is not one for \(used)",
        next:
          "Give as \(named), or write the lockfile anew with the version that is named there; commit, and push again.")
    }
    let outdated = [
      "can only install packages when your package.json and package-lock.json",
      "can only install with an existing package-lock.json",
      "ERR_PNPM_OUTDATED_LOCKFILE", "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH", "ERR_PNPM_NO_LOCKFILE",
      "ERR_PNPM_LOCKFILE_MISSING_DEPENDENCY", "YN0028",
      "Your lockfile needs to be updated", "lockfile had changes, but lockfile is frozen",
    ]
    guard output.contains(any: outdated) else { return nil }
    let install = packages.manager == .yarn ? "yarn install" : "\(packages.manager.rawValue) install"
    return Advice(
      cause: "\(file)\(written) does not fit package.json",
      next:
        "Run '\(install)' where you develop (\(author?.description ?? used)), commit \(file), and push again."
    )
  }

  func ignoredBuilds(_ output: ProgramOutput) -> Advice? {
    guard output.contains("ERR_PNPM_IGNORED_BUILDS") else { return nil }
    let list = output.word(after: ["Ignored build scripts: "], while: { $0 != "\n" }) ?? ""
    let names = list.split(whereSeparator: { ", ".contains($0) }).prefix(10).compactMap { word -> String? in
      var word = word[...]
      // As in "esbuild@0.25.0."
      while word.last == "." { word.removeLast() }
      if let version = word.dropFirst().firstIndex(of: "@") { word = word[..<version] }
      return PackageName(word)?.description
    }
    return Advice(
      cause: "pnpm ran no build scripts of \(names.isEmpty ? "some packages" : names.joined(separator: ", "))",
      next:
        "Run 'pnpm approve-builds' where you develop, commit what it writes (pnpm-workspace.yaml or package.json), and push "
        + "again.")
  }

  /// A registry that wants to know who asks.
  func access(_ output: ProgramOutput) -> Advice? {
    let refusals = [
      "npm error code E401", "npm error code E403", "npm ERR! code E401", "npm ERR! code E403", "ERR_PNPM_FETCH_401",
      "ERR_PNPM_FETCH_403", "YN0041",
    ]
    let isRefused = output.lines.contains {
      $0.contains("GET http") && ($0.hasSuffix(" - 401") || $0.hasSuffix(" - 403"))
    }
    guard isRefused || output.contains(any: refusals) else { return nil }
    // Where .npmrc names a variable that is not set, npm and pnpm say which.
    let named = output.word(after: ["Failed to replace env in config: ${"]) { $0 != "}" }
    let name = named.flatMap { VariableName.isName($0) ? $0 : nil } ?? "NPM_TOKEN"
    return Advice(
      cause: "the registry of packages refused access",
      next:
        "Give its token as a variable that builds see ('nextdeploy env set \(app) \(name) --build') and that .npmrc "
        + "names (as ${\(name)}), then push again.")
  }

  func conflict(_ output: ProgramOutput) -> Advice? {
    guard output.contains(any: ["npm error code ERESOLVE", "npm ERR! code ERESOLVE"]) else { return nil }
    return Advice(
      cause: "packages want versions of another one that exclude each other (peer dependencies)",
      next: "Correct the versions; or, where you install with --legacy-peer-deps, commit an .npmrc with the line "
        + "'legacy-peer-deps=true'. Then push again.")
  }

  /// A package or version that the registry does not have.
  func absentPackage(_ output: ProgramOutput) -> Advice? {
    let beginnings = [
      "404  '", "No matching version found for ", "Couldn't find any versions for \"", "Couldn't find package \"",
      "found for specifier \"", "YN0035: │ ", "YN0082: │ ",
    ]
    let ends = [" is not in the npm registry", " failed to resolve"]
    let text =
      output.word(after: beginnings) { !$0.properties.isWhitespace && !"'\"".unicodeScalars.contains($0) }
      ?? output.lines.lazy.compactMap { line in
        ends.lazy.compactMap { line.firstRange(of: $0)?.lowerBound }.first.flatMap {
          line[..<$0].split(separator: " ").last
        }
      }.first.map(String.init)
    guard let text else { return nil }
    // With its version, as in "left-pad@1.0.0" or "@scope/name@^2".
    guard let name = PackageName(text.dropFirst().firstIndex(of: "@").map { text[..<$0] } ?? text[...]) else {
      return nil
    }
    return Advice(
      cause: "the registry has no \(name), or not in that version",
      next:
        "Correct it in package.json, commit the lockfile, and push again. For a registry of your own, commit an .npmrc that "
        + "names it.")
  }
}

/// Which package manager wrote a lockfile, as its format tells.
struct LockfileAuthor: Equatable, CustomStringConvertible {
  let description: String

  /// Nil if the format says nothing.
  init?(of manager: PackageManager, file: String, text: String) {
    let versions: String?
    switch manager {
    case .npm:
      versions = Self.number(after: "\"lockfileVersion\":", in: text).flatMap {
        ["1": "6 or older", "2": "7 or 8", "3": "9 or later"][$0]
      }
    case .pnpm:
      let format = Self.number(after: "lockfileVersion:", in: text)
      versions = format.flatMap { ["5.3": "6", "5.4": "7", "9.0": "9 or 10"][$0] ?? ($0.hasPrefix("6.") ? "8" : nil) }
    case .yarn where text.contains("__metadata:"):
      let format = Self.number(after: "version:", in: text).flatMap { Int($0) } ?? 0
      versions = format == 0 ? nil : format < 5 ? "2" : format < 8 ? "3" : "4"
    case .yarn: versions = text.contains("# yarn lockfile v1") ? "1" : nil
    case .bun: versions = file == "bun.lock" ? "1.2 or later" : "1.1 or older"
    }
    guard let versions else { return nil }
    description = "\(manager.rawValue) \(versions)"
  }

  private static func number(after key: String, in text: String) -> String? {
    guard let range = text.firstRange(of: key) else { return nil }
    let word = text[range.upperBound...].drop { " '\"".contains($0) }.prefix { $0.isDigit || $0 == "." }
    return word.isEmpty ? nil : String(word)
  }
}
