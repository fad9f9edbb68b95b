import Deploy
import Posix

/// An official build that was chosen, and how it is fetched.
struct FetchedRuntime {
  /// As in "Node 24.11.1".
  let name: String
  /// Nil if only the program itself can say.
  let version: Version?
  /// The code name of its line; nil if it belongs to no long-term one.
  let codeName: String?
  /// The path of what is fetched on the mirror: the list of checksums, and the archive beside it.
  let directory: String
  let archive: String
  /// Whether a signature of the list is beside it, as Node's releasers make it.
  let isSigned: Bool
  /// Where it is put meanwhile.
  let place: String
  let download: Download
  /// Makes `tree` of the archive.
  let unpack: (_ archive: String, _ tree: String) throws -> Void

  /// The runtime, with its programs in `bin`.
  var tree: String { "\(place)/new" }

  private static let mostMegabytes = 400

  /// Fetches and unpacks it, and returns in words what was checked.
  ///
  /// - Parameter keyring: the file with the keys of those who may sign the list of checksums.
  func fetch(keyring: String) throws -> String {
    let list = "\(place)/SHASUMS256.txt"
    let sums = Checksums(try download.text("\(directory)/SHASUMS256.txt", through: list, atMost: 1 << 20))
    let signature = try checkSignature(of: list, keyring)
    guard let sum = sums.sum(of: archive) else {
      throw Failure(
        "checking \(name)", "\(download.address("\(directory)/SHASUMS256.txt")) has no checksum of \(archive)",
        next: "Take another version, or another mirror.")
    }
    let file = "\(place)/\(archive)"
    try download.fetch("\(directory)/\(archive)", to: file, atMost: Self.mostMegabytes << 20, seconds: 1_800)
    guard try Self.sum(of: file, download.environment) == sum else {
      throw Failure(
        "checking \(name)", "\(archive) has not the checksum that SHASUMS256.txt says: nothing of it is used",
        next: "Try again; if it stays so, the mirror \(download.mirror) is not in order.")
    }
    try unpack(file, tree)
    return "Its checksum is the one in the mirror's SHASUMS256.txt. \(signature)"
  }

  private func checkSignature(of list: String, _ keyring: String) throws -> String {
    guard isSigned, Files.exists(keyring) else {
      let way = download.mirror.isSecure ? "that came over TLS" : "that came without TLS, from this machine"
      let why = isSigned ? "there is no keyring" : "that is done for Node's only"
      return "The list is one \(way): its signature was not checked, for \(why) (docs/runtimes.md)."
    }
    let file = "\(list).sig"
    try Files.remove(file)
    try download.fetch("\(directory)/SHASUMS256.txt.sig", to: file, atMost: 1 << 20, seconds: 60)
    guard let gpgv = Command.find("gpgv", path: download.environment["PATH"] ?? "") else {
      throw Failure(
        "checking \(name)", "there is a keyring, \(keyring), but no gpgv to use it",
        next: "Install it ('apt-get install gpgv'), or remove the keyring.")
    }
    let (status, output) = try ChildProcess.run(
      Command([gpgv, "--keyring", keyring, file, list], environment: download.environment))
    guard status.isSuccess else {
      throw Failure(
        "checking \(name)", "the signature of SHASUMS256.txt is not by a key in \(keyring): nothing of it is used",
        next: "Take the newest keyring (docs/runtimes.md); if it stays so, do not use this mirror.",
        excerpt: output.split(whereSeparator: \.isNewline).suffix(5).map(String.init))
    }
    return "The list's signature is by a key in \(keyring)."
  }

  /// The SHA-256 checksum of a file, in small hexadecimal digits.
  private static func sum(of file: String, _ environment: [String: String]) throws -> String {
    #if os(Linux)
      let program = ["sha256sum"]
    #else
      let program = ["shasum", "-a", "256"]
    #endif
    let (status, output) = try ChildProcess.run(Command(program + ["--", file], environment: environment))
    guard status.isSuccess, let sum = output.split(separator: " ").first, sum.utf8.count == 64 else {
      throw Failure(
        "computing the checksum of \(file)", "'\(program[0])' ended with \(status)", next: "Check that it works.")
    }
    return String(sum)
  }

  /// Runs a program that unpacks, and ends it where what it makes becomes too large.
  static func run(_ arguments: [String], making file: String, _ download: Download, package: String) throws {
    guard Command.find(arguments[0], path: download.environment["PATH"] ?? "") != nil else {
      throw Failure(
        "unpacking \(file)", "\(arguments[0]) is not on the PATH",
        next: "Install it ('apt-get install \(package)'), then try again.")
    }
    var words: [UInt8] = []
    let status = try ChildProcess.run(
      Command(arguments, environment: download.environment),
      watch: {
        try download.watch()
        if try Files.status(file)?.size ?? 0 > 1 << 30 {
          throw Failure(
            "unpacking \(file)", "it has more than 1 GB: nothing of it is used", next: "Look at the mirror.")
        }
      }, output: { words += $0.prefix(4_096) })
    if status.isSuccess { return }
    throw Failure(
      "unpacking \(file)", "\(arguments[0]) ended with \(status): nothing of it is used", next: "Look at the mirror.",
      excerpt: String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(5).map(String.init))
  }
}
