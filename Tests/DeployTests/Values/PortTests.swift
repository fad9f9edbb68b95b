@testable import Deploy
import Testing

@Suite("A port")
struct PortTests {
  @Test("is a number that needs no privilege", arguments: ["1024", "3001", "65535"])
  func numberNeedsNo(_ text: String) throws {
    #expect(try Port(text).description == text)
  }

  @Test(
    "is nothing else",
    arguments: hostile + ["0", "80", "1023", "65536", "-3001", "+3001", "3001 ", "0x1000", "3e3", "٣٠٠١"])
  func nothingElse3(_ text: String) {
    #expect(throws: Failure.self) { try Port(text) }
  }

  @Test("is checked when it is read from a file, too")
  func checkedWhenRead() throws {
    #expect(throws: Failure.self) { try Port(from: TextDecoder("80")) }
    #expect(try Port(from: TextDecoder("3001")).number == 3001)
  }
}

@Suite("A range of ports")
struct RangePortsTests {
  @Test("holds both its ends")
  func holdsBothEnds() throws {
    let range = try PortRange("3001-3003")

    #expect(range.ports.map(\.number) == [3001, 3002, 3003])
    #expect(try PortRange("65535-65535").ports.map(\.number) == [65535])
    #expect(range.description == "3001-3003")
  }

  @Test(
    "is nothing else",
    arguments: hostile + ["3001", "3001-", "-3001", "3002-3001", "80-90", "3001-3002-3003", "3001 - 3002"])
  func nothingElse4(_ text: String) {
    #expect(throws: Failure.self) { try PortRange(text) }
  }
}

@Suite("An instance's id")
struct InstanceIdTests {
  @Test("is an app on a port")
  func appPort3() throws {
    let id = try InstanceID("shop-admin:3001")

    #expect(id.app.description == "shop-admin")
    #expect(id.port.number == 3001)
    #expect(id.description == "shop-admin:3001")
  }

  @Test(
    "is nothing else",
    arguments: hostile + ["shop", "shop:", ":3001", "shop:80", "shop:3001:1", "../shop:3001", "shop:3001.new"])
  func nothingElse5(_ text: String) {
    #expect(throws: Failure.self) { try InstanceID(text) }
  }

  @Test("is ordered by app, then by port as a number")
  func orderedAppPort() throws {
    let ids = try ["shop:10000", "shop:3001", "admin:4000"].map { text in try InstanceID(text) }

    #expect(ids.sorted().map(\.description) == ["admin:4000", "shop:3001", "shop:10000"])
  }
}
