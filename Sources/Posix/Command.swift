#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program to run, as a value that no shell parses.
public struct Command: Equatable, Sendable {
  /// The program, by name or path, and its arguments.
  public var arguments: [String]
  /// The program's whole environment; nothing is inherited.
  public var environment: [String: String]
  /// The directory in which the program is started.
  public var directory: String

  /// Makes a command from the program and its arguments, its whole environment, and where it starts.
  public init(_ arguments: [String], environment: [String: String], directory: String = "/") {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// The PATH of the system's own programs, root's included.
  public static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  var environmentStrings: [String] { environment.map { "\($0.key)=\($0.value)" }.sorted() }

  /// The path of the program, looked up in the command's own PATH.
  func program() throws(SystemError) -> String {
    let name = arguments.first ?? ""
    if name.contains("/") { return name }
    guard let path = Self.find(name, path: environment["PATH"] ?? "") else {
      throw SystemError("finding the program", name, code: ENOENT)
    }
    return path
  }

  /// The path of a program, looked up in a PATH; nil if none of its directories has it.
  public static func find(_ name: String, path: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(name)" }.first(where: Files.isExecutable)
  }
}

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case killed(signal: Int32)

  init(wait status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }

  /// The exit code that a shell would report: 128 plus the signal's number for a killed process.
  public var code: Int32 {
    switch self {
    case .exited(let code): code
    case .killed(let signal): 128 + signal
    }
  }

  /// Whether it exited with 0.
  public var isSuccess: Bool { self == .exited(0) }

  /// Whether it was killed by SIGKILL, as the kernel does when memory runs out.
  public var isKill: Bool { code == 128 + SIGKILL }

  /// "exit code N" or "signal N".
  public var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "signal \(signal)"
    }
  }
}

/// A list of strings as C expects it: an array of pointers that ends with null.
enum CStrings {
  static func with<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress!) }
  }
}
