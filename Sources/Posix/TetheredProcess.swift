/// A child process that ends with this one, however that ends: it holds one end of a pipe, whose other end this process has.
public struct TetheredProcess: ~Copyable {
  let shell: ChildProcess
  private let tether: FileDescriptor

  /// Starts a program.
  ///
  /// - Parameter output: where what it writes goes.
  public init(_ command: Command, output: ChildProcess.Stream) throws(SystemError) {
    let pipe = try Pipe()
    var command = command
    // A shell stands between, for only what knows the program's id can end it. It ends with the program, too.
    command.arguments =
      [
        "/bin/sh", "-c",
        """
        exec 3<&0 </dev/null
        "$@" 3<&- & program=$!
        { read -r _ <&3; kill "$program"; } 2>/dev/null & reader=$!
        exec 3<&-
        wait "$program"; status=$?
        kill "$reader" 2>/dev/null
        exit "$status"
        """, "sh",
      ] + command.arguments
    shell = try ChildProcess(
      command, input: .descriptor(pipe.reader.number), output: output, errors: output, family: .ownGroup)
    tether = pipe.intoWriter()
  }

  /// How the program ended; nil while it runs.
  public func poll() throws(SystemError) -> ExitStatus? { try shell.poll() }

  /// Ends the program if it still runs, and waits for its end.
  public consuming func end() throws(SystemError) {
    let shell = shell
    Self.close(tether)
    _ = try shell.wait()
  }

  private static func close(_ descriptor: consuming FileDescriptor) {}
}
