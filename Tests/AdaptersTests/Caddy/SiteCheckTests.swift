import Testing

@testable import Adapters

@Suite("The head of an answer that curl writes")
struct SiteCheckTests {
  @Test(
    "is read once it is there, after interim answers",
    arguments: [
      ("HTTP/2 200 \r\nX-Nextdeploy-Live: a b\r\nlocation:c\r\n\r\nbody\r\n\r\n", 200, "a b"),
      ("HTTP/1.1 103 Early Hints\r\nx-nextdeploy-live: no\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n", 404, nil),
      ("HTTP/1.1 103 Early Hints\r\n\r\n", nil, nil), ("HTTP/1.1 200 OK\r\na: b\r\n", nil, nil), ("", nil, nil),
      ("nonsense\r\n\r\n", nil, nil), ("\r\n\r\n", nil, nil),
    ] as [(String, Int?, String?)])
  func head(output: String, status: Int?, live: String?) {
    let head = SiteCheck.head(in: Array(output.utf8))

    #expect(head?.status == status)
    #expect(head?.fields.first { $0.name == "x-nextdeploy-live" }?.value == live)
  }
}
