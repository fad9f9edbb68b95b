/// How much of the machine an app's instances may take; nil where nothing is set.
public struct Limits: Equatable, Codable, Sendable {
  public var memory: MemoryLimit?
  public var cpu: CPULimit?
  /// Processes and threads.
  public var tasks: Int?

  public init() {}

  public var isEmpty: Bool { self == Limits() }

  /// As systemd wants them (systemd.resource-control(5)); one that is not set is lifted.
  public var properties: [String] {
    [
      "MemoryMax=\(memory?.description ?? "infinity")", "CPUQuota=\(cpu?.description ?? "")",
      "TasksMax=\(tasks.map { String($0) } ?? "2048")",
    ]
  }
}

/// As in "512M" or "2G".
public struct MemoryLimit: Equatable, Codable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) throws(Failure) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number > 0, number < 1_000_000, ["M", "G"].contains(text.dropFirst(digits.count))
    else {
      throw Failure(.usage, "reading a memory limit", "\(text.quoted) is not one", next: "Give one such as 512M or 2G.")
    }
    description = text
  }

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

/// A share of one processor, as in "50%"; two whole ones are "200%".
public struct CPULimit: Equatable, Codable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) throws(Failure) {
    guard text.hasSuffix("%"), let number = Int(text.dropLast()), number > 0, number <= 100_000,
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber })
    else {
      throw Failure(
        .usage, "reading a processor limit", "\(text.quoted) is not one", next: "Give one such as 50% or 200%.")
    }
    description = text
  }

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
