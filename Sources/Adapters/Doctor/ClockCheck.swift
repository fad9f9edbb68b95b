import Deploy
import Posix

/// The time of day: certificates and the ids of deploys depend on it.
struct ClockCheck {
  /// Seconds since 1970, as the clock has them.
  let now: Int
  /// Whether something keeps the clock right; nil if that cannot be determined or does not matter.
  let isSynchronised: Bool?
  /// The latest moment that is known to have passed, and what shows it.
  let past: (seconds: Int, what: String)?
  /// Whether a program that could keep the clock right is installed.
  let hasKeeper: Bool

  var findings: [Finding] {
    let time = WallClock.timestamp(now)
    let command = hasKeeper ? "sudo timedatectl set-ntp true" : "sudo apt-get install systemd-timesyncd"
    // Two machines' clocks differ a little.
    if let past, past.seconds > now + 300 {
      return [
        Finding(
          .clock, .problem,
          "the clock says \(time), but \(past.what) is of \(WallClock.timestamp(past.seconds)): certificates fail",
          command: command)
      ]
    }
    if isSynchronised == false {
      return [
        Finding(
          .clock, .warning, "nothing keeps the clock right; it says \(time)", command: command,
          advice: "In a container the clock is the host's, and is kept right there.")
      ]
    }
    return [Finding(.clock, .ok, "the clock says \(time)\(isSynchronised == true ? ", and is kept right" : "")")]
  }

  /// The services that keep a clock right; one is enough.
  static let keepers = ["systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd"]
}

extension Doctor {
  func clock(_ apps: [AppName]) throws -> [Finding] {
    var moments: [(seconds: Int, what: String)] = []
    let program = CurrentProcess.executable
    if let modified = try Files.status(program)?.modified {
      moments.append((Int(modified / 1_000_000_000), "the program itself"))
    }
    for app in apps {
      // An app's records cannot always be read; then they say nothing about the time.
      let names = (try? Files.list(layout.app(app).deploys)) ?? []
      for name in names where name.hasSuffix(".json") {
        if let modified = try? Files.status("\(layout.app(app).deploys)/\(name)")?.modified {
          moments.append((Int(modified / 1_000_000_000), "the last deploy of \(app)"))
        }
      }
    }
    let hasKeeper = ClockCheck.keepers.contains { name in
      ["/usr/lib/systemd/system", "/lib/systemd/system"].contains { Files.exists("\($0)/\(name).service") }
    }
    return ClockCheck(
      now: WallClock.now, isSynchronised: backend.isClockSynchronised,
      past: moments.max { $0.seconds < $1.seconds }, hasKeeper: hasKeeper
    ).findings
  }
}
