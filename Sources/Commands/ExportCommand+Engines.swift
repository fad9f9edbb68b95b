import Adapters
import Console
import Deploy
import Git
import Posix
import SSHAccess

// `nextdeploy export --as`: a release for what runs containers.
extension ExportCommand {
  static let engine = CommandSpec.Option(
    "--as", value: "KIND", "what it is for: \(Engine.allCases.map(\.rawValue).joined(separator: ", "))")

  static let engineDetails = """
    oci is a finished image; the others are a Containerfile with the release, and the files of that engine. Secrets are named,
    never written. As in: ssh nextdeploy@HOST export APP --as compose | tar x --zstd
    """

  static func engine(of invocation: Invocation, _ app: AppContext) throws -> Engine? {
    guard let text = invocation.value(engine) else { return nil }
    guard let found = Engine(rawValue: text) else {
      throw Failure(
        .usage, "exporting \(app.name)", "\(text.quoted) is nothing that it can be exported as",
        next: "Give one of \(Engine.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return found
  }

  /// - Parameters:
  ///   - id: the release; nil for the live one.
  ///   - path: the folder that is made; nil for a tar of it on standard output.
  static func export(_ id: ReleaseID?, of app: AppContext, for engine: Engine, to path: String?) throws -> Int32 {
    let attempt = "exporting \(app.name)"
    if path != nil, app.server.rights != .server {
      throw Failure(
        .usage, attempt, "a folder on the server is of no use to a key",
        next: "Leave --output out: 'ssh nextdeploy@HOST export \(app.name) --as \(engine.rawValue) | tar x --zstd'.")
    }
    if path == nil, CurrentProcess.isTerminal(1) {
      throw Failure(
        .usage, attempt, "standard output is a terminal, where a tar is of no use",
        next:
          "Name a folder with --output, or hand it on: 'nextdeploy export \(app.name) --as \(engine.rawValue) | tar x --zstd'."
      )
    }
    CurrentProcess.ignoreBrokenPipes()
    try app.server.restrain()
    let found = try release(id, of: app, attempt)
    defer { found.discard() }
    let release = found.record
    let (container, contents, files) = try complete(found, of: app, for: engine)
    let target = path.map(Files.resolved)
    if engine == .oci {
      let image = try ImageLayout(container, release.process, contents)
      if let target {
        try image.make(at: target, files.files)
      } else {
        try image.pack(to: FileDescriptor(inherited: 1), files.files, in: app.layout)
      }
    } else {
      let folder = try contents.folder(files.files)
      if let target {
        try folder.make(at: target, time: container.time)
      } else {
        try folder.pack(to: FileDescriptor(inherited: 1), time: container.time)
      }
    }
    report(files, container, engine, app)
    return 0
  }

  /// All that is written of a release.
  private static func complete(
    _ found: borrowing ExportedRelease, of app: AppContext, for engine: Engine
  ) throws -> (ContainerApp, ContainerContents, ContainerFiles) {
    let (release, built) = (found.record, found.files)
    let command =
      try release.releaseCommand
      ?? app.repository.tree(builtInto: release).flatMap { try Deployment.releaseCommand(of: $0) }
    func described(
      _ contents: ContainerContents, _ runtime: ContainerRuntime, _ variables: AppEnvironment
    ) throws -> (ContainerApp, ContainerFiles) {
      let container = try ContainerApp(
        app.name, release, config: app.config(), variables: variables, runtime: runtime, files: built,
        volumes: contents.volumes, migration: command)
      return (container, try ContainerFiles(container, for: engine, release: built))
    }
    switch release.serving {
    case .process(let process):
      var contents = try ContainerContents(found.layout, shared: app.layout.shared)
      let (container, files) = try described(
        contents, ContainerRuntime(of: process, on: app.server.tools), app.allVariables())
      try contents.complete(container, launcher: process.launcher, migration: files.migration)
      return (container, contents, files)
    case .files(let site):
      let caddy = app.server.backend.caddy
      let published = Layout.publicFiles(of: app.name, below: caddy.sites)
      var contents = try ContainerContents(of: app.name, published: release.id, in: published)
      let runtime = try ContainerRuntime(caddy)
      let (container, files) = try described(contents, runtime, AppEnvironment())
      let served = try Site(
        app: app.name, addresses: [.port(Port("\(ContainerApp.port)"))], files: site, of: release.id)
      try contents.complete(container, served, caddy: runtime.version)
      return (container, contents, files)
    }
  }

  private static func report(_ files: ContainerFiles, _ container: ContainerApp, _ engine: Engine, _ app: AppContext) {
    let say = app.terminal.printError
    say(
      "Exported the release \(container.release) of \(app.name) for \(engine.rawValue); README.md in it says what is to be done."
    )
    if !container.secrets.isEmpty { say("secrets to be given there: \(container.secrets.joined(separator: ", "))") }
    if files.lacksMigration {
      say("warning: the release seems not to have what its release command runs: development packages are not in it.")
    }
    if container.leavesMigration {
      say("warning: its release command is not exported: Caddy runs no programs. Run it where that is deployed.")
    }
    for need in files.needs where !need.isMet { say("for several instances: \(need.text)") }
  }
}
