public import Deploy
import Posix

/// Where a machine may have copies of Node and Bun besides those on the PATH.
struct RuntimePlaces: Sendable {
  /// The directory of those that nextdeploy brought.
  var own: String?
  /// The home directory of the user who deploys, for version managers.
  var home: String?
  /// Directories that builds and instances cannot see, but for `own`.
  var hidden: [String] = []

  /// What units hide by ProtectHome= and PrivateTmp= (systemd.exec(5)).
  static let `private` = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"]

  /// Directories whose names begin in the same way, and where in each the programs are: `HOLDER/BEGINNING*/PROGRAMS`.
  struct Pattern: Equatable {
    let holder: String
    var beginning = ""
    var programs = "bin"

    /// The directories that there are.
    func directories() throws -> [String] {
      try Files.list(holder).filter { $0.hasPrefix(beginning) }.map { "\(holder)/\($0)/\(programs)" }
    }
  }

  /// Directories of programs, by their full names.
  static let plain = ["/usr/local/bin", "/usr/bin"]

  /// The patterns of a runtime's directories, nextdeploy's own first.
  func patterns(of runtime: Runtime) -> [Pattern] {
    let name = runtime.rawValue
    let own = own.map { [Pattern(holder: "\($0)/\(name)")] } ?? []
    let machine = [Pattern(holder: "/opt", beginning: name), Pattern(holder: "/usr/local", beginning: name)]
    let mise = home.map { [Pattern(holder: "\($0)/.local/share/mise/installs/\(name)")] } ?? []
    switch runtime {
    case .node:
      // The last of these is what nodejs.org's instructions for the tarball name.
      return own + machine + [Pattern(holder: "/usr/local/lib/nodejs")] + mise
        + (home.map { home in
          [
            Pattern(holder: "\(home)/.nvm/versions/node"),
            Pattern(holder: "\(home)/.local/share/fnm/node-versions", programs: "installation/bin"),
            Pattern(holder: "\(home)/.fnm/node-versions", programs: "installation/bin"),
            Pattern(holder: "\(home)/.volta/tools/image/node"),
          ]
        } ?? [])
    case .bun: return own + machine + mise + (home.map { [Pattern(holder: $0, beginning: ".bun")] } ?? [])
    }
  }

  /// Whether builds and instances cannot see a file, given by its path without links.
  func hides(_ file: String) -> Bool {
    if let own, file.hasPrefix("\(Files.resolved(own))/") { return false }
    return hidden.contains { file.hasPrefix("\($0)/") }
  }
}

extension MachineTools {
  /// The same machine, where the programs in these directories come first on the PATH.
  public func preferring(_ directories: [String]) -> MachineTools {
    var tools = self
    tools.path = (directories + [path]).joined(separator: ":")
    tools.environment["PATH"] = tools.path
    return tools
  }

  /// Looks where runtimes are usually put by hand, where nextdeploy puts them, and where version managers do.
  public func copies(of runtime: Runtime) throws -> RuntimeCopies {
    var copies = RuntimeCopies()
    var seen: Set<String> = []
    if let usual = Command.find(runtime.rawValue, path: path) { seen.insert(Files.resolved(usual)) }
    for directory in RuntimePlaces.plain + directories(of: runtime, &copies) {
      let file = "\(directory)/\(runtime.rawValue)"
      guard Files.isExecutable(file) else { continue }
      let real = Files.resolved(file)
      guard seen.insert(real).inserted else { continue }
      do {
        let version = try answer(of: file, to: "--version") { Version($0) != nil }
        let tool = Tool(name: runtime.rawValue, path: file, version: Version(version)?.description ?? version)
        if places.hides(real) { copies.hidden.append(tool) } else { copies.usable.append(tool) }
      } catch { copies.broken.append("\(Failure(of: error))") }
    }
    return copies
  }

  private func directories(of runtime: Runtime, _ copies: inout RuntimeCopies) -> [String] {
    var all: [String] = []
    for pattern in places.patterns(of: runtime) {
      // One that cannot be looked into is no reason to stop.
      do { all += try pattern.directories() } catch { copies.broken.append("\(Failure(of: error))") }
    }
    return all
  }

  /// Looks at where the file is when all links are followed.
  public func isHidden(_ tool: Tool) -> Bool { places.hides(Files.resolved(tool.path)) }

  /// Whether the file can be run, and is not hidden.
  public func isThere(_ tool: Tool) -> Bool { Files.isExecutable(tool.path) && !isHidden(tool) }
}
