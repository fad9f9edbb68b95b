import Posix

/// The project that the tests are a part of, and what was built of it.
public enum ThisProject {
  /// The project's directory.
  public static let path = String(#filePath.split(separator: "/Tests/TestKit/")[0])

  /// Where the tests' own build put the programs.
  public static let products = Files.parent(CurrentProcess.executable)

  /// The program that keeps instances running.
  public static let supervisor = "\(products)/nextdeploy-supervisor"

  /// The text of a file of the project; the test fails where it is not there.
  public static func text(_ file: String) throws -> String {
    guard let text = try Files.text("\(path)/\(file)") else {
      throw SystemError("reading", "\(path)/\(file)", code: 2)
    }
    return text
  }
}
