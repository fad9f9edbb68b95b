import Deploy
import Testing

@Suite("Visible text")
struct VisibleTextTests {
  private static let text =
    "a\u{1B}[1;31mred\u{1B}[0m\r\n\tüb\u{9B}1m\u{202E}\u{7}c \u{1F600}\u{1B}[2\nnext\u{1B}]0;t\u{7}"
  private static let visible = "ared\n\tüb1mc \u{1F600}\nnext0;t"

  @Test("has no escape sequences, control characters or direction marks")
  func noEscapeSequences() {
    var stream = VisibleText(keepsLines: true)

    #expect(String(decoding: stream.add(Array(Self.text.utf8)) + stream.end(), as: UTF8.self) == Self.visible)
  }

  @Test("is the same however it is cut")
  func sameHoweverCut() {
    let bytes = Array(Self.text.utf8)
    for size in 1...bytes.count {
      var stream = VisibleText(keepsLines: true)
      var shown: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        shown += stream.add(Array(bytes[start...].prefix(size)))
      }
      #expect(String(decoding: shown + stream.end(), as: UTF8.self) == Self.visible, "\(size)")
    }
  }

  @Test(
    "keeps a sign for what is not text",
    arguments: [([0xC3], "\u{FFFD}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0xE2, 0x80], "\u{FFFD}")]
      as [([UInt8], String)])
  func keepsSignNo(_ bytes: [UInt8], _ shown: String) {
    var stream = VisibleText(keepsLines: true)

    #expect(String(decoding: stream.add(bytes) + stream.end(), as: UTF8.self) == shown)
  }

  @Test("of one line has no line feeds")
  func lineNoLine() {
    #expect(VisibleText.line("a\nb\tc") == "ab\tc")
  }
}
