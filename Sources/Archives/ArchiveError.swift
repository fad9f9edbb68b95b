/// Why an archive is not extracted, or not packed: at which entry, and what is wrong with it.
public struct ArchiveError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is, which decides what helps.
  public enum Kind: Equatable, Sendable {
    /// It holds what no release may have.
    case refused
    /// It is cut off, damaged, or no archive at all.
    case damaged
    /// It is larger, or takes longer, than it may.
    case limit(ArchiveLimits.Name)
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// Why, in words.
  public let reason: String
  /// The number of the entry, from 1; nil if it is no entry's.
  public internal(set) var entry: Int?
  /// The entry's name, made safe for a terminal.
  public internal(set) var name: String?

  /// What was being done, in words.
  public internal(set) var attempt = "extracting the archive"

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// Exceeding a limit, with what it is set to.
  init<Value: BinaryInteger>(over limit: ArchiveLimits.Name, _ value: Value, _ what: String) {
    self.init(.limit(limit), "\(what), and the limit '\(limit.rawValue)' is \(value)")
  }

  /// What the sender can do now.
  public var next: String {
    switch kind {
    case .refused where isPacking: "Remove or change that, then pack it again."
    case .refused: "Make the archive anew without that, then send it again."
    case .damaged: "Make the archive anew with tar or zip and see that all of it is sent, then send it again."
    case .limit(let name): "Send less, or raise the limit '\(name.rawValue)'."
    }
  }

  /// Where in the archive, and why.
  public var cause: String { entry.map { "entry \($0)\(name.map { " '\($0)'" } ?? ""): \(reason)" } ?? reason }

  /// What was being done, to which entry, and why that failed, in one line.
  public var description: String { "\(attempt): \(cause)" }

  private var isPacking: Bool { attempt == Self.packing }
  private static let packing = "packing the archive"

  /// The same error, of what packs an archive.
  var whilePacking: ArchiveError {
    var error = self
    error.attempt = Self.packing
    return error
  }

  /// The same error, at an entry.
  func at(_ entry: Int, _ name: [UInt8]?) -> ArchiveError {
    var error = self
    if error.entry == nil { (error.entry, error.name) = (entry, name.flatMap { $0.isEmpty ? nil : Self.shown($0) }) }
    return error
  }

  /// A name as a terminal may show it; only its beginning if it is long.
  static func shown(_ name: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: name.prefix(200), as: UTF8.self).unicodeScalars {
      text += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return name.count > 200 ? text + "…" : text
  }
}
