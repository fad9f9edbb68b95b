import Posix
import TestKit
import Testing

@testable import ProcessSupervision

@Suite("An instance's directory")
struct InstanceDirectoryTests {
  /// A command that finds no supervisor removes what is there. Where the supervisor were still about it, its last step
  /// would take the directory that the next deploy has made meanwhile.
  @Test("is removed in one step for whoever looks at its supervisor")
  func removed() async throws {
    try await Scratch.run { scratch in
      for round in 0..<20 {
        let directory = InstanceDirectory(path: "\(scratch.path)/shop:\(3001 + round)")
        try scratch.write(["shop:\(3001 + round)/lock": ""])
        for number in 0..<200 { try Files.write("", to: "\(directory.path)/z\(number)", durable: false) }

        async let half = Task.detached {
          while Files.exists(directory.lock) {}
          return directory.exists
        }.value
        try directory.remove()

        #expect(await !half, "round \(round)")
      }
      #expect(try Files.list(scratch.path) == [])
    }
  }
}
