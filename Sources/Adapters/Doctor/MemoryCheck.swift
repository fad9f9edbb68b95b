import Deploy
import Posix

/// Compares memory and swap, in bytes, with what a Next.js build takes.
struct MemoryCheck {
  let memory: Int
  let swap: Int
  /// Whether an app is known to be built by Next.js.
  let buildsNext: Bool

  /// Reads /proc/meminfo (proc(5)); nil if it is something else.
  init?(_ text: String, buildsNext: Bool) {
    var values: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count > 1, let kilobytes = Int(words[1]) { values[words[0]] = kilobytes << 10 }
    }
    guard let memory = values["MemTotal:"] else { return nil }
    self.memory = memory
    swap = values["SwapTotal:"] ?? 0
    self.buildsNext = buildsNext
  }

  /// Small Next.js apps build with 2 GB of both together. Machines sold with 1 GB or 2 GB have slightly less.
  private static let enough = 1800 << 20
  private static let hopeless = 1100 << 20

  var findings: [Finding] {
    let sizes = "\(memory >> 20) MB of memory, \(swap >> 20) MB of swap"
    let total = memory + swap
    if total >= Self.enough { return [Finding(.memory, .ok, sizes)] }
    return [
      Finding(
        .memory, total < Self.hopeless && buildsNext ? .problem : .warning,
        "\(sizes): a Next.js build takes about 2 GB together, and is killed where that is not there",
        command: "sudo fallocate -l 2G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && "
          + "sudo swapon /swapfile",
        advice: "A line '/swapfile none swap sw 0 0' in /etc/fstab keeps it after a reboot.")
    ]
  }
}

extension Doctor {
  func memory(_ apps: [AppName]) throws -> [Finding] {
    let buildsNext = liveReleases(apps).contains { $0.release.framework.hasPrefix("Next.js") }
    guard let check = MemoryCheck(try Files.text("/proc/meminfo") ?? "", buildsNext: buildsNext) else {
      throw Failure("reading /proc/meminfo", "it does not tell the memory", next: "Look at it: 'free -m'.")
    }
    return check.findings
  }
}
