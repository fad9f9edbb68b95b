@testable import Deploy
import Testing

private let secure = Origin(.https, host: "shop.example.com")
private let plain = Origin(.http, host: "shop.example.com", port: 8080)
private let unnamed = Origin(.http, host: "localhost", port: 8081)

@Suite("A visited site")
struct VisitedSiteTests {
  private func place(_ origin: Origin, _ address: String) throws -> VisitedSite.Place {
    let site = VisitedSite(origin: origin, otherHosts: ["www.example.com"], instance: try Port("3001"))
    return site.place(of: try #require(WebAddress(origin, "/").resolving(address)))
  }

  @Test(
    "knows its own addresses",
    arguments: [
      (secure, "/x", "https://shop.example.com/x"),
      (secure, "https://SHOP.example.com:443/x", "https://shop.example.com/x"),
      // Caddy sends these visitors to where TLS is.
      (secure, "http://shop.example.com/x", "https://shop.example.com/x"),
      (secure, "https://www.example.com/", "https://www.example.com/"),
      (plain, "http://shop.example.com:8080/x", "http://shop.example.com:8080/x"),
      // Something before it may have TLS.
      (plain, "https://shop.example.com/x", "https://shop.example.com/x"),
      (plain, "https://shop.example.com:8080/x", "https://shop.example.com:8080/x"),
      (unnamed, "http://localhost:8081/x", "http://localhost:8081/x"),
      (unnamed, "http://127.0.0.1:8081/x", "http://127.0.0.1:8081/x"),
    ])
  func knowsOwnAddresses(_ origin: Origin, _ address: String, _ own: String) throws {
    guard case .own(let found) = try place(origin, address) else {
      Issue.record("\(address) is not its own")
      return
    }
    #expect(found.description == own)
  }

  @Test(
    "knows what no visitor can reach",
    arguments: [
      (secure, "https://localhost:3001/"), (secure, "http://127.0.0.1/"), (secure, "https://0.0.0.0:3001/"),
      (secure, "http://[::1]:3000/"), (secure, "http://[::]/"), (secure, "http://localhost:3000/"),
      (secure, "http://app.localhost/"), (secure, "http://localhost./"), (secure, "http://127.1.2.3:99/"),
      (secure, "https://shop.example.com:3001/"), (secure, "http://10.0.0.1:3001/"), (plain, "https://localhost/"),
      (unnamed, "http://localhost/"), (unnamed, "http://localhost:3001/"), (unnamed, "http://127.0.0.1:3000/"),
    ])
  func knowsNoVisitor(_ origin: Origin, _ address: String) throws {
    #expect(try place(origin, address) == .inside)
  }

  @Test(
    "leaves other sites alone",
    arguments: [
      (secure, "https://login.example.com/"), (secure, "https://shop.example.com.evil.example/"),
      (secure, "https://shop.example.com:8443/"), (secure, "http://127.0.0.1.example.com/"),
      (secure, "https://notlocalhost/"), (secure, "http://10.0.0.1/"), (plain, "http://shop.example.com/"),
      (unnamed, "https://shop.example.com/"),
    ])
  func leavesOtherSites(_ origin: Origin, _ address: String) throws {
    #expect(try place(origin, address) == .elsewhere)
  }
}
