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
    guard let process = release.process else {
      throw Failure(
        attempt, "it is a site of files, which has no process to put into a container",
        next: "'nextdeploy export \(app.name)' writes its pages, which any web server can serve.")
    }
    var contents = try ContainerContents(found.layout, shared: app.layout.shared)
    let container = try ContainerApp(
      app.name, release, process, config: app.config(), variables: app.allVariables(),
      runtime: ContainerRuntime(of: process, on: app.server.tools), files: found.files,
      volumes: contents.volumes,
      migration: release.releaseCommand
        ?? app.repository.tree(builtInto: release).flatMap { try Deployment.releaseCommand(of: $0) })
    let files = try ContainerFiles(container, for: engine, release: found.files)
    try contents.complete(container, process, migration: files.migration)
    let target = path.map(Files.resolved)
    if engine == .oci {
      let image = try ImageLayout(container, process, contents)
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

  private static func report(_ files: ContainerFiles, _ container: ContainerApp, _ engine: Engine, _ app: AppContext) {
    let say = app.terminal.printError
    say(
      "Exported the release \(container.release) of \(app.name) for \(engine.rawValue); README.md in it says what is to be done."
    )
    if !container.secrets.isEmpty { say("secrets to be given there: \(container.secrets.joined(separator: ", "))") }
    if files.lacksMigration {
      say("warning: the release seems not to have what its release command runs: development packages are not in it.")
    }
    for need in files.needs where !need.isMet { say("for several instances: \(need.text)") }
  }
}
