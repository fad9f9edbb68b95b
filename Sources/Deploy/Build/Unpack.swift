/// An archive whose files are unpacked beside the app's releases.
struct Unpacked {
  let payload: any Payload
  let shipment: Shipment
  /// What stands for it in the app's repository.
  let commit: Commit

  fileprivate init(_ payload: any Payload, _ shipment: Shipment, as commit: Commit) {
    self.payload = payload
    self.shipment = shipment
    self.commit = commit
  }
}

// A release that was built elsewhere: it is unpacked, then planned by what is in it.
extension Builder {
  /// A release of an archive that arrives.
  func release(of delivery: Delivery) throws -> Candidate {
    let unpacked = try unpack(delivery)
    defer { steps.attempt("removing what was unpacked") { try unpacked.payload.discard() } }
    return try making(of: unpacked.payload).release(of: unpacked)
  }

  private func unpack(_ delivery: Delivery) throws -> Unpacked {
    steps.writer.enter(.unpack)
    try requireSpace(clean: false)
    return try steps.run(.unpack, "the archive") {
      let payload = try seams.payloads.unpack(for: record.id) { try steps.requireWantedNowAndThen() }
      let shipment = Shipment(sha256: payload.sha256, key: delivery.key, commit: delivery.commit)
      let commit = try seams.repository.commit(standingFor: shipment)
      steps.writer.ships(commit)
      let size = "\(payload.entries) files and directories, \(max(1, payload.bytes >> 20)) MB"
      return (Unpacked(payload, shipment, as: commit), "archive \(shipment.short): \(size)")
    }
  }

  private func release(of unpacked: Unpacked) throws -> Candidate {
    let planned = try plan(unpacked)
    try prepareInstance()
    let artifact = try accept(planned, unpacked.payload)
    if case .files = artifact.output.serving { try giveUpInstance() }
    return try makeRelease(artifact)
  }
}
