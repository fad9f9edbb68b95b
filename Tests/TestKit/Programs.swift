public import Posix

/// A program that did not succeed, though the test needs it to.
public struct ProgramFailed: Error {
  let arguments: [String]
  let output: String
}

/// Runs a program that has to succeed, and returns what it wrote.
@discardableResult
public func runProgram(
  _ arguments: [String], in directory: String = "/", environment: [String: String] = CurrentProcess.environment
) throws -> String {
  let (status, output) = try ChildProcess.run(Command(arguments, environment: environment, directory: directory))
  guard status.isSuccess else { throw ProgramFailed(arguments: arguments, output: output) }
  return output
}

/// A process's arguments, with spaces between them; nothing where it has ended.
public func commandLine(_ process: Int32) -> String {
  ((try? Files.text("/proc/\(process)/cmdline")) ?? "").split(separator: "\0").joined(separator: " ")
}
