/// The name by which a hole is known: a number of the CVE programme, or of GitHub's advisories.
public struct HoleID: CheckedText, Comparable {
  /// The name as it is written, as in "CVE-2025-55182" or "GHSA-9qr9-h5gf-34mp".
  public let description: String

  /// Checks a name, whatever its case; throws a failure of kind `usage` if it is none.
  public init(_ text: String) throws(Failure) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8) }
    switch parts.first.map({ String(decoding: $0, as: UTF8.self).uppercased() }) {
    case "CVE"
    where parts.count == 3 && parts[1].count == 4 && (4...19).contains(parts[2].count)
      && parts.dropFirst().joined().allSatisfy(\.isDigit):
      description = text.uppercased()
    case "GHSA"
    where parts.count == 4 && parts.dropFirst().allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isLetterOrDigit) }):
      description = "GHSA" + text.dropFirst(4).lowercased()
    default:
      throw Failure(
        .usage, "reading the name of a hole", "\(text.quoted) is none",
        next: "Give it as in CVE-2025-55182 or GHSA-9qr9-h5gf-34mp; several are separated by commas.")
    }
  }
}
