public import Deploy
import Posix

/// A push that git is receiving right now, and where it found the branch: what is needed to undo it if its hook is
/// killed before it can begin a deploy's record.
public struct PushRecord: Equatable, Codable, Sendable {
  /// The branch that is pushed to.
  public let branch: BranchName
  /// The commit that the branch was at; nil if there was no branch.
  public let tip: CommitID?
  /// The deploy that had begun last; nil if there was none.
  private let last: DeployID?
  /// The process that runs git, told apart from earlier ones with the same id.
  let receiver: String

  /// Makes the record of a push that this process receives.
  public init(branch: BranchName, tip: CommitID?, last: DeployID?) {
    self.branch = branch
    self.tip = tip
    self.last = last
    receiver = ProcessIdentity.current?.description ?? ""
  }

  /// Whether the deploy began after this push did.
  public func isBefore(_ deploy: DeployRecord) -> Bool { last.map { $0 < deploy.id } ?? true }

  var isRunning: Bool { ProcessIdentity(receiver)?.isRunning ?? false }
}

extension AppDirectory {
  /// Records a push until `end` is called.
  public func begin(_ push: PushRecord) throws {
    try Files.makeDirectory(layout.pushes)
    try StateFile.write(push, to: file(of: push), durable: false)
  }

  /// Removes the push's file, if it is still there.
  public func end(_ push: PushRecord) throws { try Files.remove(file(of: push)) }

  /// The pushes whose process is gone, or is this one; none while others run, because those may have moved the branch.
  public func interruptedPushes() throws -> [PushRecord] {
    let pushes = try Files.list(layout.pushes).sorted().compactMap {
      try StateFile.intact(PushRecord.self, "\(layout.pushes)/\($0)")
    }
    let own = ProcessIdentity.current?.description
    return pushes.contains { $0.isRunning && $0.receiver != own } ? [] : pushes
  }

  private func file(of push: PushRecord) -> String { "\(layout.pushes)/\(push.receiver).json" }
}
