import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// What an app does in the directory that it keeps, while its server is backed up.
@Suite("What an app does to a backup")
struct HostileBackupTests {
  private func run(_ test: (AppLayout, _ write: () throws -> [String]) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let layout = Layout(root: scratch.path)
      try scratch.write([
        "apps/shop/config.json": #"{"branch": "main", "domains": [], "port": 3000, "keep": 5}"#,
        "apps/shop/shared/data/kept": "kept",
      ])
      try test(layout.app(AppName("shop"))) {
        var told: [String] = []
        let backup = "\(scratch.path)/backup"
        let writer = try BackupWriter(layout: layout) { told.append($0) }
        _ = try writer.write([AppName("shop")], keys: [], to: FileDescriptor(path: backup, .replace)) { _, _ in false }
        #expect(try runProgram(["tar", "--list", "--zstd", "--file", backup]).contains("shared/data/kept\n"))
        return told
      }
    }
  }

  @Test("a name with an escape sequence in it reaches no terminal as one")
  func names() async throws {
    try await run { layout, write in
      for name in ["pipe\u{1b}[31mred", "line\nwarning: forged", "c1\u{9b}31m"] {
        try runProgram(["mkfifo", "\(layout.shared)/data/\(name)"])
      }

      let told = try write()

      #expect(told.count == 3)
      #expect(told.allSatisfy { $0.unicodeScalars.allSatisfy { $0.isVisible || $0 == " " } }, "\(told)")
    }
  }

  @Test("a file on which it has a lease is left out at once, and nothing else is")
  func leases() async throws {
    try await run { layout, write in
      let held = "\(layout.shared)/data/held"
      try Files.write("held", to: held, durable: false)
      let program = """
        import fcntl, os, signal, sys
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        file = os.open(sys.argv[1], os.O_RDWR)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        open(sys.argv[1] + '.ready', 'w').close()
        signal.pause()
        """
      let holder = try TetheredProcess(
        Command(["python3", "-c", program, held], environment: CurrentProcess.environment), output: .null)
      try wait(until: "the lease") { Files.exists("\(held).ready") }

      let told = try write()

      #expect(told == ["apps/shop/shared/data/held: the app holds it back, so it is left out"])
      try holder.end()
    }
  }
}
