import Console
import Deploy
import Posix

// Where a passphrase comes from: never from the command line or the environment, which others can see.
extension BackupCommands {
  static func hasPassphrase(_ invocation: Invocation) -> Bool {
    invocation.has(passphraseFile) || invocation.has(passphraseDescriptor)
  }

  /// - Parameter isNew: whether it is chosen now, and asked for twice.
  static func passphrase(
    _ invocation: Invocation, _ server: Server, _ attempt: String, isNew: Bool
  ) throws -> [UInt8] {
    let line: [UInt8]
    if let file = invocation.value(passphraseFile) {
      line = try firstLine(of: FileDescriptor(path: file, .read))
    } else if let text = invocation.value(passphraseDescriptor) {
      guard let number = Int32(text), number > 2 else {
        throw Failure(
          .usage, attempt, "\(text.quoted) is no descriptor from 3 on", next: "As in '--passphrase-fd 3 3< FILE'.")
      }
      line = try firstLine(of: FileDescriptor(inherited: number))
    } else {
      line = Array(try typed(server.terminal, attempt, isNew: isNew).utf8)
    }
    guard !isNew || line.count >= shortest, !line.isEmpty, line.count <= 1024 else {
      throw Failure(
        .usage, attempt, "the passphrase has \(line.count) bytes",
        next: "Take one of \(shortest) to 1024: 'openssl rand -hex 32' makes one.")
    }
    return line
  }

  /// Whoever finds the backup tries all short ones.
  private static let shortest = 12

  private static func firstLine(of file: borrowing FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < 4096, !bytes.contains(UInt8(ascii: "\n")) {
      let more = try file.read(upTo: 4096)
      if more.isEmpty { break }
      bytes += more
    }
    return Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
  }

  /// Asks at the terminal itself: standard input and output are the backup's.
  private static func typed(_ terminal: Terminal, _ attempt: String, isNew: Bool) throws -> String {
    let input: FileDescriptor
    do { input = try FileDescriptor(path: "/dev/tty", .read) } catch {
      throw Failure(
        .usage, attempt, "there is no passphrase, and no terminal to ask for one",
        next: "Give it with --passphrase-file FILE."
          + (isNew ? " Or encrypt with --recipient; --unencrypted does not." : ""))
    }
    func ask(_ question: String) throws -> String {
      terminal.ask(question)
      guard let line = try HiddenInput.line(from: input.number) else {
        throw Failure(attempt, "no passphrase was given", next: "Try again.")
      }
      return line
    }
    let first = try ask("Passphrase of the backup (it is not shown): ")
    if isNew, try ask("The same again: ") != first {
      throw Failure(attempt, "these were two passphrases", next: "Try again.")
    }
    return first
  }

  /// The options by which another user gets the passphrase from root, who opens the file: it may be readable for root only.
  static func openedByRoot(_ invocation: Invocation) throws -> [String] {
    if let number = invocation.value(passphraseDescriptor) { return [passphraseDescriptor.name, number] }
    guard let path = invocation.value(passphraseFile) else { return [] }
    return [passphraseDescriptor.name, String(try FileDescriptor(path: path, .read).intoInherited())]
  }
}
