@testable import Deploy
import Testing

@Suite("A time limit")
struct TimeLimitTests {
  @Test("is read with its unit", arguments: [("1s", 1), ("90s", 90), ("30m", 1_800), ("2h", 7_200), ("24h", 86_400)])
  func readUnit3(_ text: String, _ seconds: Int) throws {
    #expect(try TimeLimit(text).seconds == seconds)
    #expect(try TimeLimit(text).description == text)
  }

  @Test(
    "is refused where it is none, or longer than a day",
    arguments: ["", "0s", "30", "m", "-1m", "1.5h", "25h", "1441m", "99999999999999999999s", "10 m", "٣m", "1d"])
  func refusedNoneLonger(_ text: String) {
    #expect(throws: Failure.self) { try TimeLimit(text) }
  }
}

@Suite("A size")
struct SizeTests {
  @Test("is read with its unit", arguments: [("1M", 1 << 20), ("512M", 512 << 20), ("2G", 2 << 30)])
  func readUnit4(_ text: String, _ bytes: Int) throws { #expect(try Size(text).bytes == bytes) }

  @Test(
    "is refused where it is none",
    arguments: ["", "0M", "12", "G", "1T", "1000000G", "-1G", "1.5G", "99999999999999999999G"])
  func refusedNone3(_ text: String) { #expect(throws: Failure.self) { try Size(text) } }

  @Test("of the memory for a push is half of the machine's, and a gigabyte at least")
  func memoryPushHalf() throws {
    #expect(PushLimits().memory(of: 512 << 20).description == "1G")
    #expect(PushLimits().memory(of: 8 << 30).description == "4G")
    #expect(PushLimits().memory(of: 7_900 << 20).bytes == 3_950 << 20)
    var limits = PushLimits()
    limits.memory = try Size("300M")
    #expect(limits.memory(of: 8 << 30).description == "300M")
  }
}
