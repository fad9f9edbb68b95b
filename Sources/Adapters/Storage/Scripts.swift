import Posix

/// A directory of small programs for an app.
enum Scripts {
  /// Replaces everything in the directory with these scripts.
  static func write(_ scripts: [String: String], to directory: String) throws {
    try Files.remove(directory)
    if scripts.isEmpty { return }
    try Files.makeDirectory(directory)
    try Files.setMode(directory, 0o755)
    for (name, text) in scripts { try Files.write(text, to: "\(directory)/\(name)", mode: 0o755, durable: false) }
  }
}
