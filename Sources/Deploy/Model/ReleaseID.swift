/// A release's id: the UTC time at which its deploy began, as in "20261123-154512".
///
/// A second one in the same second gets a suffix ("20261123-154512-2"). A deploy has an id of the same form, and a
/// release is named after the deploy that made it.
public struct ReleaseID: CheckedText, Comparable {
  /// The whole id, with the suffix if it has one.
  public let description: String
  private let stamp: String
  private let number: Int

  /// Reads an id; throws a failure of kind `notFound` if the text cannot be one.
  public init(_ text: String) throws(Failure) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0].utf8.count == 8, parts[1].utf8.count == 6,
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }),
      let number = parts.count == 2 ? 1 : Int(parts[2]),
      // One number has one way to be written, so that ids that are equal in order are equal.
      parts.count == 2 || number > 1 && parts[2].utf8.first != UInt8(ascii: "0")
    else {
      throw Failure(
        .notFound, "reading a release's id", "\(text.quoted) is not one",
        next: "Give an id that 'nextdeploy releases' lists, as in '20261123-154512'.")
    }
    description = text
    stamp = "\(parts[0])-\(parts[1])"
    self.number = number
  }

  /// Makes the `number`th id, counted from 1, of the second that `stamp` names; throws if `stamp` is malformed.
  public init(stamp: String, number: Int) throws(Failure) {
    try self.init(number == 1 ? stamp : "\(stamp)-\(number)")
  }

  /// The next id in the same second.
  public var next: ReleaseID { ReleaseID(stamp: stamp, following: number) }

  private init(stamp: String, following number: Int) {
    self.stamp = stamp
    self.number = number + 1
    description = "\(stamp)-\(number + 1)"
  }

  /// Orders ids by time, then by suffix.
  public static func < (left: ReleaseID, right: ReleaseID) -> Bool {
    (left.stamp, left.number) < (right.stamp, right.number)
  }
}

/// A deploy's id, of the same form as that of the release it makes.
public typealias DeployID = ReleaseID
