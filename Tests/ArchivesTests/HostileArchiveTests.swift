import Archives
import Posix
import TestKit
import Testing

@Suite("An archive that wants out")
struct HostileArchiveTests {
  @Test(
    "is refused with its entry and the reason, and nothing outside of the release changes",
    arguments: HostileArchive.names + HostileArchive.kinds + HostileArchive.links + HostileArchive.sizes
      + HostileArchive.wholes + HostileArchive.zips)
  func isRefused(_ archive: HostileArchive) throws {
    let yard = try Yard()

    let error = #expect(throws: ArchiveError.self) { try yard.extract(archive.bytes, limits: archive.limits) }

    let message = error?.description ?? ""
    #expect(message.contains(archive.phrase), "\(message)")
    try yard.expectUntouched("\(archive.name)")
    #expect(try openDescriptors(below: yard.path) == [])
    // A faithful extraction makes links wherever they lead, and still nothing through one.
    try yard.clear()
    _ = try? yard.extract(archive.bytes, limits: archive.limits, isFaithful: true)
    try yard.expectUntouched("\(archive.name), faithfully")
  }
}
