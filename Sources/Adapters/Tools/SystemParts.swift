import Archives
import Deploy
import Posix

/// What of this machine a program needs to run where nothing else is: the program, a shell, and the libraries that these
/// and the packages of a release are loaded with.
struct SystemParts {
  /// By their paths from "/".
  private(set) var entries: [PathBelow: Archive.Content] = [:]
  private var open: [String] = []

  /// - Parameters:
  ///   - runtime: the program, which becomes `/usr/local/bin/NAME`.
  ///   - packages: files of the release that may be libraries.
  init(_ runtime: ContainerRuntime, packages: [PathBelow], in release: borrowing Directory) throws {
    // Debian's are links into /usr.
    for name in ["bin", "lib", "lib64"] where try Files.status("/\(name)")?.kind == .link { add(link: name) }
    try add(Files.resolved(runtime.program), at: "/usr/local/bin/\(runtime.kind.name)")
    // As Bun's own image has it.
    if runtime.kind == .runtime(.bun) {
      put(.program(Array("#!/bin/sh\nexec bun x \"$@\"\n".utf8)), at: "usr/local/bin/bunx")
    }
    try add("/bin/sh")
    try add("/usr/bin/env")
    for package in packages {
      guard let file = try release.file(package), let library = try ElfFile(file) else { continue }
      need(library)
    }
    while let path = open.popLast() { try add(path) }
    // What Caddy takes a file for by its ending, it may have from the machine.
    let lists = runtime.kind == .caddy ? ["/etc/mime.types", "/usr/share/mime/globs2"] : []
    for file in ["/etc/ssl/certs/ca-certificates.crt"] + lists where Files.exists(file) { try add(file) }
    let user = ContainerApp.user
    let texts = [
      "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:x:\(user):\(user):app:/tmp:/bin/sh\n",
      "etc/group": "root:x:0:\napp:x:\(user):\n", "etc/nsswitch.conf": "hosts: files dns\n",
    ]
    for (path, text) in texts { if let path = PathBelow(path) { put(.bytes(Array(text.utf8)), at: path) } }
  }

  private mutating func add(_ path: String) throws { try add(Files.resolved(path), at: path) }

  /// Adds a file, at a path whose directories may be links here, and what it needs.
  private mutating func add(_ real: String, at path: String) throws {
    let name = path.split(separator: "/").last ?? ""
    guard let target = PathBelow("\(Files.resolved(Files.parent(path)).dropFirst())/\(name)"), entries[target] == nil,
      let source = PathBelow(String(real.dropFirst()))
    else { return }
    put(.at(source), at: target)
    if let program = try ElfFile(FileDescriptor(path: real, .read)) { need(program) }
  }

  private mutating func need(_ file: ElfFile) {
    // What a package names as its loader is nobody's affair: it is loaded by the program's.
    if let loader = file.loader, Self.loaders.contains(loader) { open.append(loader) }
    for name in file.libraries where !name.contains("/") {
      // One that is not here, the release did without, or has it in a package.
      if let place = Self.places.map({ "\($0)/\(name)" }).first(where: { Files.exists($0) }) { open.append(place) }
    }
  }

  private mutating func put(_ content: Archive.Content, at path: PathBelow) {
    var holder = path.parent
    while !holder.isTop {
      if entries[holder] == nil { entries[holder] = .at(.top) }
      holder = holder.parent
    }
    entries[path] = content
  }

  private mutating func add(link name: String) {
    if let path = PathBelow(name) { entries[path] = .at(path) }
  }

  #if arch(arm64)
    private static let (machine, loaders) = ("aarch64-linux-gnu", ["/lib/ld-linux-aarch64.so.1"])
  #else
    private static let (machine, loaders) = ("x86_64-linux-gnu", ["/lib64/ld-linux-x86-64.so.2"])
  #endif
  private static let places = [
    "/usr/local/lib", "/usr/lib/\(machine)", "/lib/\(machine)", "/usr/lib", "/lib", "/usr/lib64",
  ]
}
