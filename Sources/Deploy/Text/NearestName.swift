/// Finds what somebody who mistyped a name meant.
public enum NearestName {
  /// The candidate with the fewest letters changed; nil if none is close enough to be meant.
  public static func of(_ name: String, among candidates: [String]) -> String? {
    // A name that is far longer is not near; to compare it letter by letter could take for ever.
    let similar = candidates.filter { abs($0.utf8.count - name.utf8.count) <= 12 }
    let ranked = similar.map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(3, name.count / 2)) ? best.candidate : nil
  }

  /// A sentence that names it: "Did you mean 'build'?", or the names there are.
  public static func hint(_ name: String, among candidates: [String]) -> String {
    if let nearest = of(name, among: candidates) { return "Did you mean '\(nearest)'?" }
    if candidates.isEmpty { return "There are none." }
    return "There are: \(candidates.sorted().joined(separator: ", "))."
  }

  /// How many letters must be put in, left out, replaced or swapped with their neighbour (optimal string alignment).
  private static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left), right = Array(right)
    var rows = [Array(0...right.count)]
    for (i, letter) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
