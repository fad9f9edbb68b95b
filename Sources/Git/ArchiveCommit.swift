import CGit2
public import Deploy

extension BareRepository {
  /// Makes a commit of nextdeploy's own, without parents and files; no ref points at it yet.
  public func commit(standingFor shipment: Shipment) throws -> Commit {
    let handle = try RepositoryHandle(opening: path)
    let subject = shipment.subject
    let commit = shipment.commit.map { "\nCommit: \($0)" } ?? ""
    var builder: OpaquePointer?
    try check("recording", subject, unsafe git_treebuilder_new(&builder, handle.pointer, nil))
    defer { unsafe git_treebuilder_free(builder) }
    var (empty, made) = (git_oid(), git_oid())
    try check("recording", subject, unsafe git_treebuilder_write(&empty, builder))
    let tree = try ObjectHandle(handle, CommitID(empty), GIT_OBJECT_TREE)
    var signature: UnsafeMutablePointer<git_signature>?
    try check("recording", subject, unsafe git_signature_now(&signature, "nextdeploy", "nextdeploy@localhost"))
    defer { unsafe git_signature_free(signature) }
    try check(
      "recording", subject,
      unsafe git_commit_create(
        &made, handle.pointer, nil, signature, signature, nil,
        "\(subject)\n\nArchive-SHA256: \(shipment.sha256)\(commit)\n", tree.pointer, 0, nil))
    return try self.commit(CommitID(made).description)
  }
}
