@testable import Deploy
import Testing

@Suite("What a deploy tells")
struct EventsTests {
  private let one = Listener()
  private let two = Listener()
  private let secret = "hunter2hunter2"

  private func events() -> Events {
    let events = Events([one, two])
    events.redact([secret])
    return events
  }

  @Test("reaches every sink, in order")
  func reachesEverySink() {
    let events = events()

    events.note("first")
    events.warn("second")

    #expect(one.events == [.noted("first"), .warned("second")])
    #expect(two.events == one.events)
  }

  @Test("is redacted in all that others had a hand in")
  func redactedInAll() throws {
    let events = events()
    let commit = Commit(id: try CommitID(hashing: "a"), tree: try CommitID(hashing: "b"), subject: "use \(secret)")
    let failure = Failure("a \(secret)", "b \(secret)", next: "c \(secret)", excerpt: ["d \(secret)"])
    let live = Success(
      url: "https://shop.example.com", release: try ReleaseID("20261123-154512"), commit: commit, seconds: 1)
    let told: [Event] = [
      .began(Headline(app: try AppName("shop"), branch: nil, commit: commit, detected: "Node \(secret)")),
      .stepStarted(.build, detail: "A=\(secret) make"), .output(Array("e \(secret)\n".utf8)),
      .stepFinished(.health, result: "HTTP 200 at /\(secret)", seconds: 1), .warned(secret), .noted(secret),
      .live(live),
      .failed(.build, failure, live: nil),
    ]

    for event in told { events.emit(event) }

    #expect(one.events.count == told.count)
    #expect(!"\(one.events) \(one.lines)".contains(secret))
    #expect(one.lines.contains("e ****\n"))
  }

  @Test("names the site's address, whatever a variable's value is")
  func namesTheAddress() {
    let events = events()
    let address = "https://shop.example.com"
    events.redact([address])

    events.emit(.stepFinished(.route, result: address, seconds: 0))
    events.emit(.warned("asked \(address)"))

    #expect(one.events == [.stepFinished(.route, result: address, seconds: 0), .warned("asked ****")])
  }

  @Test("hides a secret that a program writes in pieces, with what no terminal shows between them")
  func secretInPieces() {
    let output = events().output()

    for piece in ["key hunter2", "\u{1B}[1m", "hunter2\nhunter2hun"] { output.add(Array(piece.utf8)) }
    output.end()

    #expect(one.lines.joined() == "key ****\nhunter2hun")
    #expect(output.lastLines == ["key ****", "hunter2hun"])
  }
}
