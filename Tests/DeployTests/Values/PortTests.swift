@testable import Deploy
import Testing

@Suite struct `A port` {
  @Test(arguments: ["1024", "3001", "65535"])
  func `is a number that needs no privilege`(_ text: String) throws {
    #expect(try Port(text).description == text)
  }

  @Test(arguments: hostile + ["0", "80", "1023", "65536", "-3001", "+3001", "3001 ", "0x1000", "3e3", "٣٠٠١"])
  func `is nothing else`(_ text: String) {
    #expect(throws: Failure.self) { try Port(text) }
  }

  @Test func `is checked when it is read from a file, too`() throws {
    #expect(throws: Failure.self) { try Port(from: TextDecoder("80")) }
    #expect(try Port(from: TextDecoder("3001")).number == 3001)
  }
}

@Suite struct `A range of ports` {
  @Test func `holds both its ends`() throws {
    let range = try PortRange("3001-3003")

    #expect(range.ports.map(\.number) == [3001, 3002, 3003])
    #expect(try PortRange("65535-65535").ports.map(\.number) == [65535])
    #expect(range.description == "3001-3003")
  }

  @Test(arguments: hostile + ["3001", "3001-", "-3001", "3002-3001", "80-90", "3001-3002-3003", "3001 - 3002"])
  func `is nothing else`(_ text: String) {
    #expect(throws: Failure.self) { try PortRange(text) }
  }
}

@Suite struct `An instance's id` {
  @Test func `is an app on a port`() throws {
    let id = try InstanceID("shop-admin:3001")

    #expect(id.app.description == "shop-admin")
    #expect(id.port.number == 3001)
    #expect(id.description == "shop-admin:3001")
  }

  @Test(arguments: hostile + ["shop", "shop:", ":3001", "shop:80", "shop:3001:1", "../shop:3001", "shop:3001.new"])
  func `is nothing else`(_ text: String) {
    #expect(throws: Failure.self) { try InstanceID(text) }
  }

  @Test func `is ordered by app, then by port as a number`() throws {
    let ids = try ["shop:10000", "shop:3001", "admin:4000"].map { text in try InstanceID(text) }

    #expect(ids.sorted().map(\.description) == ["admin:4000", "shop:3001", "shop:10000"])
  }
}
