import Console
import Deploy
import Posix

/// Where values of variables that are not on the command line come from.
enum ValueInput {
  /// Reads a value at the terminal, which does not show it.
  static func typed(_ name: VariableName, _ terminal: Terminal) throws -> String {
    terminal.ask("Value of \(name) (it is not shown): ")
    guard let line = try HiddenInput.line() else {
      throw Failure("reading the value of \(name)", "none was given", next: "Nothing was changed.")
    }
    return line
  }

  /// Reads all of standard input, without a final line break.
  static func piped(_ what: String) throws -> String {
    guard var text = String(validating: try bytes(of: "-", what), as: UTF8.self) else {
      throw Failure("reading \(what)", "it is not UTF-8", next: "Give it as text, for example in base64.")
    }
    if text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
    if text.utf8.last == UInt8(ascii: "\r") { text.unicodeScalars.removeLast() }
    return text
  }

  /// Reads a file, or standard input for "-".
  static func bytes(of path: String, _ what: String) throws -> [UInt8] {
    let file = path == "-" ? try FileDescriptor(inherited: 0) : try FileDescriptor(path: path, .read)
    guard let bytes = try file.read(atMost: 1 << 20) else {
      throw Failure("reading \(what)", "it is longer than 1 MiB", next: "A program can be given no more.")
    }
    return bytes
  }
}
