/// How much of the machine each of an app's instances may use; nil for what is not set.
public struct Limits: Equatable, Codable, Sendable {
  /// The most memory, above which the kernel kills it; nil is no limit.
  public var memory: MemoryLimit?
  /// The most processor time; nil is no limit.
  public var cpu: CPULimit?
  /// The most processes and threads together; nil is 2048.
  public var tasks: Int?

  /// Makes limits of which none is set.
  public init() {}

  /// Whether none is set.
  public var isEmpty: Bool { self == Limits() }

  /// The limits as systemd's properties (systemd.resource-control(5)); one that is not set gets its default back.
  public var properties: [String] {
    [
      "MemoryMax=\(memory?.description ?? "infinity")", "CPUQuota=\(cpu?.description ?? "")",
      "TasksMax=\(tasks.map { String($0) } ?? "2048")",
    ]
  }
}

/// An amount of memory, as in "512M" or "2G".
public struct MemoryLimit: CheckedText {
  /// The limit as it was given, as in "512M".
  public let description: String

  /// Reads a whole number with M or G; throws a failure of kind `usage` for anything else.
  public init(_ text: String) throws(Failure) {
    let digits = text.prefix(while: \.isDigit)
    guard let number = Int(digits), number > 0, number < 1_000_000, ["M", "G"].contains(text.dropFirst(digits.count))
    else {
      throw Failure(.usage, "reading a memory limit", "\(text.quoted) is not one", next: "Give one such as 512M or 2G.")
    }
    description = text
  }
}

/// A share of one processor, as in "50%"; two whole processors are "200%".
public struct CPULimit: CheckedText {
  /// The limit as it was given, as in "50%".
  public let description: String
  /// The share in hundredths of a processor.
  var percent: Int { Int(description.dropLast()) ?? 0 }

  /// Reads a whole percentage; throws a failure of kind `usage` for anything else.
  public init(_ text: String) throws(Failure) {
    guard text.hasSuffix("%"), let number = Int(text.dropLast()), number > 0, number <= 100_000,
      text.dropLast().allSatisfy(\.isDigit)
    else {
      throw Failure(
        .usage, "reading a processor limit", "\(text.quoted) is not one", next: "Give one such as 50% or 200%.")
    }
    description = text
  }
}
