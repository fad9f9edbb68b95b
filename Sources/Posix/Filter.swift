#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that changes a stream on its way, with a pipe of this process at one end of it or at both.
public struct Filter: ~Copyable {
  private let child: ChildProcess
  /// What is written here, the program reads; nil if it reads something else.
  private var input: FileDescriptor?
  /// What the program writes is read here; nil if it writes somewhere else.
  private var output: FileDescriptor?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - from: what it reads; nil for a pipe from this process.
  ///   - to: where it writes; nil for a pipe to this process.
  ///   - secret: what it finds behind the descriptor whose number `command` is called with: no argument and no variable of
  ///     its environment has it.
  public init(
    from: ChildProcess.Stream? = nil, to: ChildProcess.Stream? = nil, secret: [UInt8] = [],
    _ command: (Int32) -> Command
  ) throws(SystemError) {
    let reading = try Pipe()
    let writing = try Pipe()
    let hidden = try Pipe()
    let command = command(hidden.reader.number)
    // A pipe takes this much at once.
    try hidden.writer.write(secret.prefix(4096))
    try check("configuring", "a pipe") { fcntl(hidden.reader.number, F_SETFD, 0) }
    let child = try ChildProcess(
      command, input: from ?? .descriptor(reading.reader.number), output: to ?? .descriptor(writing.writer.number))
    // The originals are closed here, so that each end is seen once the other side has closed its own.
    let input = try FileDescriptor(copying: reading.writer.number)
    let output = try FileDescriptor(copying: writing.reader.number)
    self.child = child
    self.input = consume input
    self.output = consume output
    if from != nil { self.input = nil }
    if to != nil { self.output = nil }
  }

  /// Gives the end that is written to.
  public mutating func takeInput() -> FileDescriptor? { input.take() }

  /// Gives the end that is read.
  public mutating func takeOutput() -> FileDescriptor? { output.take() }

  /// Waits for its end. Whoever has taken its input has closed that.
  public consuming func wait() throws(SystemError) -> ExitStatus { try child.wait() }
}

extension FileDescriptor {
  /// An own descriptor for what an inherited one is.
  public init(copying number: Int32) throws(SystemError) {
    let copy = try check("copying the descriptor", String(number)) { fcntl(number, F_DUPFD_CLOEXEC, 3) }
    self.init(copy, path: Self.name(of: number))
  }

  /// A file that is gone once it is closed, on the disk of a directory; it never has a name that anybody could open.
  public static func temporary(in directory: String) throws(SystemError) -> FileDescriptor {
    let path = "\(directory)/.temporary-\(CurrentProcess.id)"
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let number = try check("making", path) { unsafe open(path, flags, 0o600) }
    let file = FileDescriptor(number, path: path)
    try check("removing", path) { unsafe unlink(path) }
    return file
  }

  /// Leaves it open for the program that replaces this one; returns its number there.
  public func intoInherited() throws(SystemError) -> Int32 {
    try check("handing on", path) { fcntl(number, F_DUPFD, 3) }
  }

  /// Has what is read next be the beginning.
  public func rewind() throws(SystemError) { try check("reading", path) { lseek(number, 0, SEEK_SET) } }
}

/// A pipe of this process's own.
public struct Channel: ~Copyable {
  private var reader: FileDescriptor?
  private var writer: FileDescriptor?

  /// Makes a pipe of which no child inherits an end by itself.
  public init() throws(SystemError) {
    let pipe = try Pipe()
    reader = try FileDescriptor(copying: pipe.reader.number)
    writer = try FileDescriptor(copying: pipe.writer.number)
  }

  /// Gives the end that is read.
  public mutating func takeReader() -> FileDescriptor? { reader.take() }

  /// Gives the end that is written to.
  public mutating func takeWriter() -> FileDescriptor? { writer.take() }
}
