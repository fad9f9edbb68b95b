import Deploy
import FoundationEssentials
public import Posix

/// The checkout of a commit that needs no build, by a process of its own which reaches its repository and the place that it
/// writes to: what a pushed tree brings ends there, whatever it makes of who reads it.
public struct ConfinedCheckOut {
  let layout: AppLayout

  /// Makes the checkout of an app below its own directory.
  public init(_ layout: AppLayout) { self.layout = layout }

  /// All that the process can write to. Nor can it put a symlink in the place of either, which nextdeploy would follow.
  private var written: [String] { [layout.unbuiltFiles, Files.parent(layout.unbuiltIndex)] }

  /// Has a program do it that calls ``confined(by:_:)``; returns how many files were written or removed.
  public func run(by program: Command) throws -> Int {
    for place in written { try Files.makeDirectory(place) }
    var output: [UInt8] = []
    let status = try ChildProcess.run(program, errors: .inherited, family: .ownGroup) { output += $0 }
    guard let reply = try? JSONDecoder().decode(FilesReply.self, from: Data(output)) else {
      throw Failure(
        "checking out the pushed files", "the process that does it ended without a word (\(status))",
        next: "Push again; if it comes back, look at the machine's memory and at the repository with 'git fsck'.")
    }
    if let failure = reply.failure { throw failure }
    return reply.changed
  }

  /// Gives up for good what the checkout does not need, then checks out and reports the result to standard output.
  ///
  /// - Parameters:
  ///   - parent: the process that waits for it, with which it ends.
  ///   - checkOut: checks a commit of the repository out into a directory, and notes what it wrote in an index.
  public func confined(
    by parent: Int32, _ checkOut: (_ repository: String, _ directory: String, _ index: String) throws -> Int
  ) throws {
    // Nobody else may be told to check out there while this still does.
    try SignalQueue.terminateWithParent(parent)
    var reply = FilesReply()
    do {
      try Confinement.begin(
        reading: [layout.repository, "/etc/ld.so.cache", "/etc/gitconfig", "/etc/gitattributes"],
        // What git needs, which writes files that are too large for memory; it may be somewhere else.
        running: ["/usr", "/bin", "/lib", "/lib64"]
          + [Command.find("git", path: CurrentProcess.environment["PATH"] ?? "")].compactMap(\.self),
        writing: written + ["/dev/null"])
      reply.changed = try checkOut(layout.repository, layout.unbuiltFiles, layout.unbuiltIndex)
    } catch { reply.failure = Failure(of: error) }
    try FileDescriptor(inherited: 1).write(JSONEncoder().encode(reply))
  }
}
