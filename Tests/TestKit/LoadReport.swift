/// What the visitors were answered that hey was.
public struct LoadReport {
  /// How many answers there were of each status.
  public let answers: [Int: Int]

  /// Reads a report of hey's: "[200]	7127 responses". Its errors are in brackets, too, but with their number.
  public init(_ text: String) {
    var answers: [Int: Int] = [:]
    for line in text.split(separator: "\n") where line.hasSuffix(" responses") {
      let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
      if numbers.count == 2 { answers[numbers[0]] = numbers[1] }
    }
    self.answers = answers
  }
}
