import Deploy
import Testing

@Suite("An origin")
struct OriginTests {
  @Test(
    "leaves out the port that its scheme has anyway",
    arguments: [
      (Origin(.https, host: "shop.example.com"), "shop.example.com", "https://shop.example.com"),
      (Origin(.https, host: "shop.example.com", port: 8443), "shop.example.com:8443", "https://shop.example.com:8443"),
      (Origin(.http, host: "Shop.example.com", port: 80), "shop.example.com", "http://shop.example.com"),
      (Origin(.http, host: "[::1]", port: 8080), "[::1]:8080", "http://[::1]:8080"),
    ])
  func leavesOutPort(_ origin: Origin, _ authority: String, _ text: String) {
    #expect(origin.authority == authority)
    #expect(origin.description == text)
  }
}
