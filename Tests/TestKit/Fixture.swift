import Posix

/// Directories of Tests/Fixtures as the files of a commit.
public enum Fixture {
  /// The files of a directory by their paths, which begin with a prefix.
  public static func files(_ name: String, below prefix: String = "") throws -> [String: String] {
    try read("\(ThisProject.path)/Tests/Fixtures/\(name)", prefix)
  }

  private static func read(_ directory: String, _ prefix: String) throws -> [String: String] {
    var files: [String: String] = [:]
    for name in try Files.list(directory) {
      let path = "\(directory)/\(name)"
      if try Files.status(path)?.kind == .directory {
        files.merge(try read(path, "\(prefix)\(name)/")) { $1 }
      } else {
        files["\(prefix)\(name)"] = try Files.text(path)
      }
    }
    return files
  }
}
