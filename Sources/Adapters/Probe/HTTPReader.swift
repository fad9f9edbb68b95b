import Deploy
import Posix

/// Reads one HTTP/1 answer from a connection (RFC 9112), whatever the other side sends: it limits how long it reads,
/// and how long a line, the head and the body may be.
struct HTTPReader: ~Copyable {
  /// Why what came is not a complete answer.
  enum Problem: Error, Equatable {
    case late
    case broken(String)
  }

  /// The most bytes of a status line or header field, of a head, and of a body.
  private static let lineLimit = 16_384, headLimit = 65_536, bodyLimit = 1 << 20

  private let socket: Socket
  private var deadline: ContinuousClock.Instant
  private var buffer: [UInt8] = []
  private var place = 0

  /// - Parameter deadline: when the head must have arrived.
  init(_ socket: consuming Socket, until deadline: ContinuousClock.Instant) {
    self.socket = socket
    self.deadline = deadline
  }

  /// The answer, with as much of its body as arrives within `patience` of its head.
  mutating func response(patience: Duration) throws -> ProbeResponse {
    let head = try head()
    var response = ProbeResponse(status: head.status)
    response.location = head.value("location")
    response.cookies = head.fields.filter { $0.name == "set-cookie" }.map(\.value)
    response.type = head.value("content-type")
    response.encoding = head.value("content-encoding")
    if [204, 304].contains(head.status) || head.status < 200 { return response }
    deadline = min(deadline, .now + patience)
    do {
      if let coding = head.value("transfer-encoding"), coding.lowercased().hasSuffix("chunked") {
        try readChunks(into: &response.body)
      } else if let text = head.value("content-length") {
        guard let length = Self.number(text, radix: 10) else {
          throw Problem.broken("its Content-Length is \(text.quoted)")
        }
        try read(length, into: &response.body)
      } else {
        while response.body.count < Self.bodyLimit, try place < buffer.count || fill() {
          take(min(buffer.count - place, Self.bodyLimit - response.body.count), into: &response.body)
        }
      }
    } catch Problem.late {
      // A page may never end; what has arrived of it is looked at.
    }
    return response
  }

  // MARK: The head

  /// The answer's head, without interim ones before it.
  mutating func head() throws -> HTTPHead {
    var length = 0
    while true {
      let status = try Self.status(of: try line("first line"))
      var fields: [(name: String, value: String)] = []
      while true {
        let line = try line("head")
        if line.isEmpty { break }
        length += line.utf8.count
        if length > Self.headLimit { throw Problem.broken("its head has no end") }
        // A line that begins with a space continues the field before it; no field that matters here does so.
        guard let colon = line.firstIndex(of: ":"), line.first != " ", line.first != "\t" else { continue }
        fields.append((line[..<colon].lowercased(), String(line[line.index(after: colon)...]).trimmed))
      }
      if status >= 200 || status == 101 { return HTTPHead(status: status, fields: fields) }
    }
  }

  /// The status in an answer's first line, "HTTP/1.1 200 OK".
  static func status(of line: String) throws(Problem) -> Int {
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]), (100...599).contains(status) else {
      throw .broken("it begins with \(line.quoted)")
    }
    return status
  }

  /// A line of the head, without its line break.
  private mutating func line(_ what: String) throws -> String {
    var searched = 0
    while true {
      if let end = buffer[(place + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[place..<end]
        place = end + 1
        return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      }
      searched = buffer.count - place
      if searched > Self.lineLimit { throw Problem.broken("its \(what) has no end") }
      guard try fill() else { throw Problem.broken("it closed the connection") }
    }
  }

  // MARK: The body

  private mutating func readChunks(into body: inout [UInt8]) throws {
    while body.count < Self.bodyLimit {
      let text = try line("chunk")
      let size = text.prefix { $0 != ";" }
      guard let length = Self.number(String(size).trimmed, radix: 16) else {
        throw Problem.broken("the length of a chunk is \(text.quoted)")
      }
      if length == 0 { return }
      try read(length, into: &body)
      if body.count < Self.bodyLimit, try !line("chunk").isEmpty {
        throw Problem.broken("a chunk is longer than it says")
      }
    }
  }

  /// Reads this many bytes, or as many as a body may have.
  private mutating func read(_ length: Int, into body: inout [UInt8]) throws {
    var rest = min(length, Self.bodyLimit - body.count)
    while rest > 0 {
      if place == buffer.count, try !fill() { throw Problem.broken("it closed the connection before its answer's end") }
      let count = min(rest, buffer.count - place)
      take(count, into: &body)
      rest -= count
    }
  }

  private mutating func take(_ count: Int, into body: inout [UInt8]) {
    body += buffer[place..<place + count]
    place += count
  }

  /// Reads more bytes; false at the end of the connection.
  private mutating func fill() throws -> Bool {
    buffer.removeFirst(place)
    place = 0
    // This also limits a sender that never pauses.
    if deadline <= .now { throw Problem.late }
    guard let bytes = try socket.read(upTo: 65_536, within: deadline - .now) else { throw Problem.late }
    buffer += bytes
    return !bytes.isEmpty
  }

  private static func number(_ text: String, radix: Int) -> Int? {
    // Longer numbers are no lengths, and neither is "+1".
    text.utf8.count <= 15 && text.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }
      ? Int(text, radix: radix) : nil
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
