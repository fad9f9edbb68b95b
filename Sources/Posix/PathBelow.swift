#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A relative path below a directory, in the bytes that the kernel uses; no part of it is empty, "." or "..".
///
/// It need not be text: Linux accepts every byte except "/" and NUL in a name.
public struct PathBelow: Hashable, Sendable {
  /// The bytes with the NUL that C expects at the end.
  private let storage: [UInt8]

  /// The directory itself.
  public static let top = PathBelow(checked: [0])

  private init(checked storage: [UInt8]) { self.storage = storage }

  /// Takes a path's bytes; nil if any part is not a name.
  public init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.split(separator: Self.slash, omittingEmptySubsequences: false).allSatisfy({ Self.isName($0) }) else {
      return nil
    }
    storage = bytes + [0]
  }

  /// Takes a path as text; an empty text is the directory itself.
  public init?(_ text: String) {
    if text.isEmpty { self = .top } else { self.init(text.utf8) }
  }

  /// Takes a single name; nil if it is not one.
  public init?(name: some Collection<UInt8>) {
    let name = Array(name)
    guard !name.contains(Self.slash), Self.isName(name[...]) else { return nil }
    storage = name + [0]
  }

  /// The name of a directory's entry, as readdir(3) returns it.
  @unsafe init(entry name: UnsafePointer<CChar>) {
    storage = unsafe UnsafeBufferPointer(start: name, count: strlen(name) + 1).map { UInt8(bitPattern: $0) }
  }

  private static func isName(_ part: ArraySlice<UInt8>) -> Bool {
    switch part.count {
    case 0: false
    case 1: part.first != dot && part.first != 0
    case 2: !part.allSatisfy { $0 == dot } && !part.contains(0)
    default: !part.contains(0)
    }
  }

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  // MARK: Parts

  /// The path's bytes, without a NUL at their end.
  public var bytes: ArraySlice<UInt8> { storage.dropLast() }

  /// Whether it is the directory itself, not something below it.
  public var isTop: Bool { storage.count == 1 }

  /// Whether it has only one part.
  var isName: Bool { !isTop && !storage.contains(Self.slash) }

  /// Its names from the top down, each as a path of its own; empty for the top.
  public var parts: [PathBelow] {
    bytes.split(separator: Self.slash).map { PathBelow(checked: Array($0) + [0]) }
  }

  /// Its last part; the top is its own name.
  public var name: PathBelow {
    guard let slash = storage.lastIndex(of: Self.slash) else { return self }
    return PathBelow(checked: Array(storage[(slash + 1)...]))
  }

  /// The directory that holds it; the top is its own parent.
  public var parent: PathBelow {
    guard let slash = storage.lastIndex(of: Self.slash) else { return .top }
    return PathBelow(checked: Array(storage[..<slash]) + [0])
  }

  /// This path followed by another one.
  public func appending(_ path: PathBelow) -> PathBelow {
    if isTop { return path }
    if path.isTop { return self }
    var longer: [UInt8] = []
    longer.reserveCapacity(storage.count + path.storage.count)
    longer += bytes
    longer.append(Self.slash)
    longer += path.storage
    return PathBelow(checked: longer)
  }

  /// Lends the path as a C string; "." for the top.
  @safe public func withCString<Result>(_ call: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe (isTop ? [Self.dot, 0] : storage).withUnsafeBufferPointer { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { unsafe call($0.baseAddress!) }
    }
  }
}

extension PathBelow: ExpressibleByStringLiteral {
  /// Makes a path from a literal in the code; a literal that is not a path stops the program.
  public init(stringLiteral text: StaticString) {
    guard let path = PathBelow("\(text)") else { preconditionFailure("\(text) is no path below a directory") }
    self = path
  }
}

extension PathBelow: CustomStringConvertible {
  /// The path as text, with invalid UTF-8 replaced.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension PathBelow: Comparable {
  /// Compares by bytes, as git sorts paths.
  public static func < (first: PathBelow, second: PathBelow) -> Bool {
    first.bytes.lexicographicallyPrecedes(second.bytes)
  }
}
