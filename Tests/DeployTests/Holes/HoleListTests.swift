@testable import Deploy
import Holes
import Testing

@Suite("The list of known holes")
struct HoleListTests {
  @Test("is read to its last line, and each line names what somebody needs to act")
  func everyLine() throws {
    let list = try HoleList(Holes.text)

    let lines = Holes.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(list.holes.count == lines.count)
    for hole in list.holes {
      #expect(!hole.ids.isEmpty && !hole.affected.isEmpty && !hole.packages.isEmpty, "\(hole)")
      // It becomes a part of a sentence.
      #expect(!hole.allows.hasSuffix("."), "\(hole)")
      #expect(hole.allows.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "\(hole)")
    }
    let severities = list.holes.map(\.severity)
    #expect(severities == Hole.Severity.allCases.flatMap { severity in severities.filter { $0 == severity } })
  }

  private static let good =
    "CVE-2025-55182 | rce | next | 15.0.0-0..15.0.5 16.0.0..16.0.7 | app-router | a request runs code | https://example.com/a"

  @Test("takes a line that is as it should be, and comments")
  func good() throws {
    let list = try HoleList("# A comment\n\n\(Self.good)\n")

    #expect(list.holes.map(\.ids) == [[try HoleID("CVE-2025-55182")]])
    #expect(list.packages == ["next"])
  }

  @Test(
    "is refused where a line is not as it should be, by its number",
    arguments: [
      (" | rce", " | bad", "is no severity"), ("CVE-2025-55182", "CVE-25-1", "is none"),
      ("15.0.0-0..15.0.5", "15.0.5..15.0.0", "is not FROM..FIXED"), ("15.0.0-0..15.0.5", "15", "is not FROM..FIXED"),
      ("15.0.0-0..", "x..", "is not FROM..FIXED"), ("16.0.0..16.0.7", "15.0.0..15.0.2", "not in order"),
      ("app-router", "router", "is no need"), ("app-router", "sharp<x", "is no need"),
      ("https://", "http://", "no address"),
      (" | a request runs code", "", "seven fields"), ("a request runs code", "a | b", "seven fields"),
      ("CVE-2025-55182", " ", "no hole"),
    ])
  func wrong(old: String, new: String, cause: String) throws {
    let line = Self.good.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: new)
    #expect(line != Self.good)

    let failure = #expect(throws: Failure.self) { try HoleList("#\n\(line)\n") }

    #expect(failure?.cause.contains(cause) == true, "\(failure?.cause ?? "")")
    if old != "CVE-2025-55182" || new == " " { #expect(failure?.cause.hasPrefix("line 2: ") == true) }
  }

  @Test(
    "names holes by ids that are written in one way",
    arguments: [
      ("CVE-2025-55182", "CVE-2025-55182"), ("cve-2026-111497", "CVE-2026-111497"),
      ("ghsa-9QR9-h5gf-34mp", "GHSA-9qr9-h5gf-34mp"),
    ])
  func ids(text: String, id: String) throws {
    #expect(try HoleID(text).description == id)
  }

  @Test(
    "and by nothing else",
    arguments: hostile + [
      "CVE", "CVE-2025", "CVE-2025-1", "CVE-25-55182", "CVE-2025-55182-1", "CVE-2025-5518x", "GHSA-9qr9-h5gf",
      "GHSA-9qr9-h5gf-34mpx", "GHSA-9qr9-h5gf-34m;", "55182", "CVE-2025-٥٥١٨٢", "*",
    ])
  func noIDs(text: String) {
    #expect(throws: Failure.self) { try HoleID(text) }
  }
}
