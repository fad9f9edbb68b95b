import Posix
import TestKit

/// Looks for secrets where nothing of them is to be.
struct LeakSearch {
  let secrets: [String]

  /// Where the secrets are: files below the root, and processes whose environment or command line has them.
  ///
  /// An instance's port is told as 3001, a process of an app's own once.
  func found(in sandbox: Sandbox) throws -> [String] {
    let files = try files(below: sandbox.root).filter { hasSecret(try Files.read("\(sandbox.root)/\($0)") ?? []) }
      .map { $0.hasPrefix("instances/") ? "instances/shop:3001/service" : $0 }
    return Set(files).sorted() + Set(try processes()).sorted()
  }

  private func files(below top: String, _ path: String = "") throws -> [String] {
    let directory = path.isEmpty ? top : "\(top)/\(path)"
    return try Files.list(directory).flatMap { name -> [String] in
      let below = path.isEmpty ? name : "\(path)/\(name)"
      switch try Files.status("\(top)/\(below)")?.kind {
      case .directory: return try files(below: top, below)
      case .file: return [below]
      default: return []
      }
    }
  }

  private func processes() throws -> [String] {
    try Files.list("/proc").compactMap { Int32($0) }.compactMap { id in
      let line = (try? Files.read("/proc/\(id)/cmdline")) ?? []
      if hasSecret(line) { return "command line of \(String(decoding: line, as: UTF8.self))" }
      if !hasSecret(environment(id)) { return nil }
      if isApps(id) { return "process of the app" }
      // One that was just ending has no parent to be known by; it is gone soon, as soon as the machine lets it.
      let start = ContinuousClock.now
      while hasSecret(environment(id)) {
        if ContinuousClock.now - start > .seconds(10) {
          return "environment of \(String(decoding: line, as: UTF8.self))"
        }
        Pause.for(.milliseconds(20))
      }
      return nil
    }
  }

  private func environment(_ id: Int32) -> [UInt8] { (try? Files.read("/proc/\(id)/environ")) ?? [] }

  /// Whether a process was started by a guard or a supervisor; these themselves are nextdeploy's.
  private func isApps(_ id: Int32) -> Bool {
    func parent(_ id: Int32) -> Int32? {
      let status = (try? Files.text("/proc/\(id)/status")) ?? ""
      return status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        .flatMap { $0.split(separator: "\t").last.flatMap { Int32($0) } }
    }
    var next = parent(id)
    while let current = next, current > 1 {
      let line = (try? Files.text("/proc/\(current)/cmdline")) ?? ""
      if line.contains("nextdeploy-supervisor\0guard") || line.contains("nextdeploy-supervisor\0instance") {
        return true
      }
      next = parent(current)
    }
    return false
  }

  private func hasSecret(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    return secrets.contains { text.contains($0) }
  }
}
