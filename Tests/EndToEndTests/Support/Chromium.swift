import Posix
import TestKit
import Testing

/// A visitor's browser, which a script of the tests drives.
enum Chromium {
  static let isThere = Files.exists("/usr/bin/chromium")

  /// Installs what drives it, and returns where that is.
  static func driver(in sandbox: Sandbox) throws -> String {
    let directory = "\(sandbox.home)/browser"
    try Files.makeDirectory(directory)
    try sandbox.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "playwright-core"], in: directory)
      .expectSuccess()
    return "\(directory)/node_modules/playwright-core"
  }
}
