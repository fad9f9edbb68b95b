import Deploy
import Posix

extension Doctor {
  /// What is left of apps that are gone: nothing else in nextdeploy looks at it again.
  func leftovers() throws -> [Finding] {
    let names = try Files.list(layout.apps)
    let apps = Set(names.compactMap { try? AppName($0) })
    let directories = names.filter { $0.hasSuffix(".removed") || $0.hasSuffix(".new") }.sorted().map {
      Finding(
        .files, .warning,
        "\(layout.apps)/\($0) was left behind when an app was \($0.hasSuffix(".new") ? "made" : "removed")",
        command: "\(backend.sudo)rm -r \(FilePromise.word("\(layout.apps)/\($0)"))")
    }
    let instances = try Files.list(layout.instances).sorted().compactMap { try? InstanceID($0) }
      .filter { !apps.contains($0.app) }
    return directories + (try unfinished(apps)) + (try setAside(apps)) + (try unpacked(apps))
      + instances.map { instance in
        Finding(
          .files, .problem, "\(instance) is an instance of an app that is not there",
          command: backend.removal(of: instance))
      }
  }

  /// What an import or an export left that was killed: the next one of its kind removes it.
  private func unfinished(_ apps: Set<AppName>) throws -> [Finding] {
    let places =
      [(layout.unfinishedImport, layout.importLock, "a backup was imported")]
      + apps.sorted().map(layout.app).map { ($0.unfinishedExport, $0.exportLock, "an image was exported") }
    return try places.filter { try Files.exists($0.0) && !FileLock.isHeld($0.1) }.map { place, _, what in
      Finding(
        .files, .warning, "\(place) was left behind when \(what)",
        command: "\(backend.sudo)rm -r \(FilePromise.word(place))")
    }
  }

  /// Releases that could not be packed.
  private func unpacked(_ apps: Set<AppName>) throws -> [Finding] {
    try apps.sorted().compactMap { app in
      let file = layout.app(app).archiveProblem
      return try Files.text(file).map { text in
        Finding(
          .files, .warning, "\(app): \(text.split(separator: "\n").joined(separator: " "))",
          advice:
            "The next release that is packed well takes this message away; so does 'rm \(FilePromise.word(file))'.")
      }
    }
  }

  /// What could not be removed, and was moved out of the way.
  private func setAside(_ apps: Set<AppName>) throws -> [Finding] {
    let places = [layout.apps] + apps.sorted().flatMap { [layout.app($0).directory, layout.app($0).releases] }
    return try places.flatMap { place in
      try Files.list(place).filter { $0.contains(Leftovers.suffix + "-") }.sorted().map {
        Finding(
          .files, .warning, "\(place)/\($0) could not be removed, and was set aside",
          command: "\(backend.sudo)rm -rf \(FilePromise.word("\(place)/\($0)"))")
      }
    }
  }
}
