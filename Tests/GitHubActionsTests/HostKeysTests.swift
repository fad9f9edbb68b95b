import SSHAccess
import GitHubActions
import Deploy
import Testing

private let first = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
private let second = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"

@Suite("Host keys")
struct HostKeysTests {
  @Test("are read from lines of known_hosts, each once, whatever their names")
  func lines() throws {
    let text = """
      # Host shop.example.com found: line 1
      |1|c2FsdA==|aGFzaA== \(first)
      shop.example.com,203.0.113.9 \(first) a comment
      [shop.example.com]:2222 \(second)
      """

    #expect(try HostKeys(knownHosts: text)?.keys == [PublicKey(first), PublicKey(second)])
  }

  @Test("leave out what is revoked, what signs others, and what is damaged")
  func markers() throws {
    let text = """
      shop \(first)
      shop \(second)
      @revoked * \(second)
      @cert-authority *.example.com \(second)
      shop ssh-ed25519 AAAA
      shop
      """

    #expect(try HostKeys(knownHosts: text)?.keys == [PublicKey(first)])
    #expect(HostKeys(knownHosts: "@revoked * \(first)\nshop \(first)\n") == nil)
    #expect(HostKeys(knownHosts: "") == nil)
  }
}
