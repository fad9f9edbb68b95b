/// How a machine runs a package manager: its own copy, or the wanted version, which Corepack brings.
public struct PackageManagerProgram: Equatable, Sendable {
  /// The package manager that is run.
  public let manager: PackageManager
  /// The version that is run, as in "10.8.2".
  public let version: String
  /// The version that Corepack is asked for, as in "8.15.9"; nil if the machine has the program itself.
  let brought: String?

  /// Finds out how; nil if the machine has no version that will do, and no Corepack.
  init?(_ choice: PackageManagerChoice, in toolbox: some Toolbox) throws {
    manager = choice.manager
    let own = try toolbox.find(manager.rawValue)
    // npm and Bun cannot be had in another version.
    if let own, manager.programs.isEmpty || choice.version?.accepts(own.version) ?? true {
      version = own.version
      brought = nil
    } else if let wanted = choice.version, !manager.programs.isEmpty, try toolbox.find("corepack") != nil {
      version = wanted.description
      brought = wanted.exact
    } else if let own, manager == .pnpm, let wanted = choice.version, wanted.range == nil,
      Version(own.version)?.major ?? 0 >= 10
    {
      // It changes to the version that `packageManager` names by itself.
      version = wanted.description
      brought = nil
    } else if let own, choice.version?.toleratesInNeed(own.version) ?? false {
      version = own.version
      brought = nil
    } else {
      return nil
    }
  }

  /// Scripts by which the app's own scripts find it under its name, wherever they call it from.
  ///
  /// Corepack's own would not do: they take the version from a package.json, or the last one that anybody used.
  var scripts: [String: String] {
    guard let brought else { return [:] }
    return manager.programs.reduce(into: [:]) { scripts, name in
      scripts[name] = """
        #!/bin/sh
        # \(manager.rawValue) as the app's lockfile or package.json asks for it. Made by NextDeploy.
        # The version is decided: another package manager's name in a package.json above is no error.
        export COREPACK_ENABLE_STRICT=0
        # A release may have it with it.
        if [ -d "${0%/*}/../corepack" ]; then export COREPACK_HOME="${0%/*}/../corepack"; fi
        exec corepack \(name)@\(brought) "$@"

        """
    }
  }

  /// What instances need from Corepack's directory if their start command calls the package manager by its name.
  func kept(for start: Work) -> [String] {
    guard brought != nil, start.words.contains(where: manager.programs.contains) else { return [] }
    return ["v1/\(manager.rawValue)/\(version)"]
  }

  /// Warnings about running it on a machine with this Node.
  func warnings(_ choice: PackageManagerChoice, node: String) -> [String] {
    var warnings: [String] = []
    if manager.programs.isEmpty, let wanted = choice.version, !wanted.accepts(version),
      wanted.range != nil || wanted.number?.major != Version(version)?.major
    {
      warnings.append(
        "package.json asks for \(manager.rawValue) \(wanted.range ?? wanted.description); this server has \(version).")
    }
    if let wanted = choice.version, wanted.toleratesInNeed(version) {
      warnings.append(
        "the lockfile is one of \(manager.rawValue) \(wanted.number?.major ?? 0); this server has \(version), and no Corepack to bring \(wanted)."
      )
    }
    if choice.lockfile == "bun.lock", let own = Version(version), own.major == 1 && own.minor < 2 {
      warnings.append("bun.lock needs Bun 1.2 or later; this server has \(version).")
    }
    // https://github.com/pnpm/pnpm/issues/6424, fixed in 7.32.2 and 8.3.1.
    if manager == .pnpm, let own = Version(version), VersionRange("<7.32.2 || >=8 <8.3.1")?.contains(own) ?? false,
      Version(node)?.major ?? 0 >= 20
    {
      warnings.append(
        "pnpm \(version) cannot download packages with Node 20 or later (ERR_INVALID_THIS): run 'pnpm install' of pnpm 10, and commit the lockfile."
      )
    }
    return warnings
  }
}
