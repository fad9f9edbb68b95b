/// A plan whose commit's files are checked out.
struct Checkout {
  let planned: Planned

  fileprivate init(_ planned: Planned) { self.planned = planned }
}

extension Builder {
  func checkOut(_ planned: Planned, clean: Bool) throws -> Checkout {
    try steps.run(.checkout, planned.commit.id.short) {
      if clean { try emptyWorkspace() }
      // A build's own files stay; of another commit's they are not this one's.
      if try seams.workspace.builtKey() != planned.buildKey { try seams.workspace.setBuiltKey(nil) }
      let changed = try seams.repository.checkout(planned.commit, into: files.directory)
      return (Checkout(planned), changed == 1 ? "1 file changed" : "\(changed) files changed")
    }
  }

  func emptyWorkspace() throws {
    try seams.workspace.setInstalledKey(nil)
    try seams.workspace.setBuiltKey(nil)
    try seams.workspace.empty()
  }
}
