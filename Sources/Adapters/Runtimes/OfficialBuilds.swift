import Deploy
import Posix

/// Node's builds, in a mirror as nodejs.org/dist is: `index.json`, `vVERSION/SHASUMS256.txt` and its signature, and
/// `vVERSION/node-vVERSION-linux-x64.tar.gz`.
struct NodeBuild {
  let place: String
  let download: Download

  #if os(Linux)
    private static let system = (name: "linux", listed: "linux")
  #else
    private static let system = (name: "darwin", listed: "osx")
  #endif
  #if arch(arm64)
    private static let processor = "arm64"
  #else
    private static let processor = "x64"
  #endif
  /// The build for this machine, as the index lists it.
  private static let listed =
    "\(system.listed)-\(processor)" + (system.name == system.listed ? "" : "-tar")

  func choose(_ need: RuntimeNeed) throws -> FetchedRuntime {
    let address = download.address("index.json")
    let index = try NodeIndex(
      download.text("index.json", through: "\(place)/index.json", atMost: 16 << 20), from: address)
    guard let version = index.best(for: need, build: Self.listed) else {
      throw Failure(
        "looking for \(need)", "\(address) has none that fits, with a build for this machine (\(Self.listed))",
        next: need.alternative)
    }
    let name = "node-v\(version)-\(Self.system.name)-\(Self.processor)"
    return FetchedRuntime(
      name: "Node \(version)", version: version, codeName: index.releases.first { $0.version == version }?.codeName,
      directory: "v\(version)", archive: "\(name).tar.gz", isSigned: true, place: place, download: download
    ) { archive, tree in
      let tar = String(archive.dropLast(".gz".count))
      try FetchedRuntime.run(["gzip", "--decompress", archive], making: tar, download, package: "gzip")
      try Files.remove("\(tree)/bin")
      var unpacked = try TarArchive(tar, name: "\(name).tar.gz")
      try unpacked.unpack(into: tree, without: name, watch: download.watch)
    }
  }
}

/// Bun's builds, in a mirror as its releases at GitHub are: `download/bun-vVERSION/SHASUMS256.txt` and `bun-linux-x64.zip`,
/// and the newest of both in `latest/download/`.
struct BunBuild {
  let place: String
  let download: Download

  #if arch(arm64)
    private static let processor = "aarch64"
  #else
    private static let processor = "x64"
  #endif
  #if os(Linux)
    private static let name = "bun-linux-\(processor)"
  #else
    private static let name = "bun-darwin-\(processor)"
  #endif

  /// Its list of releases is no file: it is the newest, or one that is named as a whole.
  func choose(_ need: RuntimeNeed) throws -> FetchedRuntime {
    let exact = need.wishes.lazy.compactMap(\.request.exact).first
    return FetchedRuntime(
      name: exact.map { "Bun \($0)" } ?? "the newest Bun", version: exact, codeName: nil,
      directory: exact.map { "download/bun-v\($0.numbers)" } ?? "latest/download", archive: "\(Self.name).zip",
      isSigned: false,
      place: place,
      download: download
    ) { archive, tree in
      let program = "\(tree)/bin/bun"
      // One file, by its name without directories: nothing else in it can get anywhere.
      try FetchedRuntime.run(
        ["unzip", "-q", "-j", "-d", "\(tree)/bin", archive, "\(Self.name)/bun"], making: program, download,
        package: "unzip")
      // Whoever wrote the archive also says what it is.
      guard try Files.status(program)?.kind == .file else { return }
      try Files.setMode(program, 0o755)
      try Files.link("\(tree)/bin/bunx", to: "bun")
    }
  }
}
