/// The scripts and styles that a page loads by itself, as they stand in its HTML.
///
/// It reads tags as browsers do (HTML Standard, 13.2.5) as far as that takes; whatever the bytes are, it reads each of
/// them once, and what it does not understand it passes over.
struct PageParts {
  /// Each once, in the order in which they stand there.
  private(set) var addresses: [WebAddress] = []
  private let html: [UInt8]
  private var place = 0
  private var base: WebAddress
  private var hasBase = false

  /// - Parameter address: where the page was found.
  static func of(_ html: [UInt8], at address: WebAddress) -> [WebAddress] {
    var parts = PageParts(html: html, base: address)
    parts.read()
    return parts.addresses.uniqued()
  }

  private init(html: [UInt8], base: WebAddress) {
    self.html = html
    self.base = base
  }

  private mutating func read() {
    while skip(to: UInt8(ascii: "<")) {
      place += 1
      if starts(with: "!--") {
        skip(behind: "-->")
      } else if let next = html[safe: place], next.isLetter, let tag = tag() {
        take(tag)
      }
    }
  }

  // MARK: What is taken

  private mutating func take(_ tag: Tag) {
    switch tag.name {
    case "base":
      if !hasBase, let reference = tag["href"], reference.utf8.count <= Self.addressLimit {
        hasBase = true
        base = base.resolving(reference) ?? base
      }
    case "script":
      // A browser with modules leaves "nomodule" alone, and data in a script is none.
      if let source = tag["src"], tag["nomodule"] == nil, Self.isScript(type: tag["type"] ?? "") { add(source) }
      skip(behindEndOf: tag.name)
    case "link":
      if let source = tag["href"], Self.isLoaded(tag) { add(source) }
    case "style", "textarea", "title", "noscript", "iframe", "xmp", "noembed", "noframes", "template":
      // Text, or what a browser with scripts does not load.
      skip(behindEndOf: tag.name)
    default: break
    }
  }

  /// No page loads more than this before it can be seen, and no address in one is longer: a hostile page must not fill
  /// the memory.
  private static let partLimit = 200, addressLimit = 4096

  private mutating func add(_ source: String) {
    guard addresses.count < Self.partLimit, source.utf8.count <= Self.addressLimit else { return }
    if !source.isEmpty, let address = base.resolving(source) { addresses.append(address) }
  }

  private static func isScript(type: String) -> Bool {
    let type = type.lowercased()
    return type.isEmpty || type == "module" || type.contains("javascript") || type.contains("ecmascript")
  }

  private static func isLoaded(_ link: Tag) -> Bool {
    let relations = (link["rel"] ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    if relations.contains("stylesheet") { return !relations.contains("alternate") && link["disabled"] == nil }
    return relations.contains("modulepreload")
      || relations.contains("preload") && ["script", "style"].contains(link["as"]?.lowercased())
  }

  // MARK: Tags

  private struct Tag {
    let name: String
    var attributes: [String: String] = [:]

    subscript(name: String) -> String? { attributes[name] }
  }

  /// Reads the tag whose name begins here; nil if the text ends in it.
  private mutating func tag() -> Tag? {
    var tag = Tag(name: word { $0.isSpace || "/>".utf8.contains($0) })
    while true {
      while let byte = html[safe: place], byte.isSpace || byte == UInt8(ascii: "/") { place += 1 }
      guard let byte = html[safe: place] else { return nil }
      if byte == UInt8(ascii: ">") {
        place += 1
        return tag
      }
      let (name, value) = attribute()
      // The first of two counts.
      if tag.attributes.count < 50, tag.attributes[name] == nil { tag.attributes[name] = value }
    }
  }

  private mutating func attribute() -> (name: String, value: String) {
    // An "=" that begins a name belongs to it.
    let lead = html[safe: place] == UInt8(ascii: "=") ? "=" : ""
    place += lead.utf8.count
    let name = lead + word { $0.isSpace || "/>=".utf8.contains($0) }
    while html[safe: place]?.isSpace == true { place += 1 }
    guard html[safe: place] == UInt8(ascii: "=") else { return (name, "") }
    place += 1
    while html[safe: place]?.isSpace == true { place += 1 }
    let start: Int
    let end: Int
    if let quote = html[safe: place], quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      place += 1
      start = place
      _ = skip(to: quote)
      end = place
      place = min(place + 1, html.count)
    } else {
      start = place
      while let byte = html[safe: place], !byte.isSpace, byte != UInt8(ascii: ">") { place += 1 }
      end = place
    }
    return (name, String(decoding: html[start..<end], as: UTF8.self).withoutEntities)
  }

  private mutating func word(_ isOver: (UInt8) -> Bool) -> String {
    let start = place
    while let byte = html[safe: place], !isOver(byte) { place += 1 }
    return String(decoding: html[start..<place], as: UTF8.self).lowercased()
  }

  // MARK: Moving on

  private mutating func skip(to byte: UInt8) -> Bool {
    place = html[place...].firstIndex(of: byte) ?? html.count
    return place < html.count
  }

  private mutating func skip(behind text: String) {
    while skip(to: text.utf8.first ?? 0) {
      if starts(with: text) {
        place += text.utf8.count
        return
      }
      place += 1
    }
  }

  private mutating func skip(behindEndOf name: String) {
    while skip(to: UInt8(ascii: "<")) {
      if starts(with: "</\(name)") { return }
      place += 1
    }
  }

  private func starts(with text: String) -> Bool {
    html[place...].prefix(text.utf8.count).elementsEqual(text.utf8) { $0.lowercased == $1 }
  }
}

extension String {
  /// With its character references replaced: those that URLs in HTML have in them.
  fileprivate var withoutEntities: String {
    guard contains("&") else { return self }
    var text = ""
    for (number, piece) in split(separator: "&", omittingEmptySubsequences: false).enumerated() {
      guard number > 0 else {
        text += piece
        continue
      }
      let name = piece.prefix { $0 != ";" }
      if name.utf8.count <= 8, name.endIndex < piece.endIndex, let scalar = Self.scalar(name) {
        text += String(scalar) + piece[piece.index(after: name.endIndex)...]
      } else {
        text += "&" + piece
      }
    }
    return text
  }

  private static func scalar(_ name: Substring) -> Unicode.Scalar? {
    let named: [Substring: Unicode.Scalar] = ["amp": "&", "quot": "\"", "apos": "'", "lt": "<", "gt": ">"]
    if let scalar = named[name] { return scalar }
    guard name.first == "#" else { return nil }
    let digits = name.dropFirst()
    let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap { Unicode.Scalar($0) }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { index < count ? self[index] : nil }
}

extension UInt8 {
  fileprivate var isSpace: Bool { [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(self) }
}
