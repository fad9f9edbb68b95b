public import Deploy

/// What a git client asks for over ssh: a push to an app, or a fetch from it.
public struct GitRequest: Equatable, Sendable {
  /// Which way objects go, by the name of git's program on the server.
  public enum Service: String, Sendable {
    case push = "receive-pack"
    case fetch = "upload-pack"
  }

  /// What the client wants to do.
  public let service: Service
  /// The app whose repository it wants.
  public let app: AppName

  /// Reads a client's words; nil if they are not git's: `git-receive-pack '/shop.git'`, `git upload-pack 'shop'`.
  public init?(_ words: [String]) throws(Failure) {
    var words = words[...]
    guard var name = words.popFirst() else { return nil }
    if name == "git", let second = words.popFirst() { name = "git-\(second)" }
    guard name.hasPrefix("git-") else { return nil }
    guard let service = Service(rawValue: String(name.dropFirst(4))) else {
      throw Failure(
        .usage, "running \(name.quoted)", "only pushes and fetches are answered here",
        next: name.hasPrefix("git-lfs") ? "Git LFS is not supported: commit the files themselves." : "Use 'git fetch'.")
    }
    guard words.count == 1, let path = words.first else {
      throw Failure(
        .usage, name, "it takes one repository and nothing else",
        next: "Let git write it: 'git push nextdeploy@HOST:APP'.")
    }
    self.service = service
    app = try Self.app(path)
  }

  /// The app that a repository's path names: "shop", "shop.git", "/shop" or "/shop.git/".
  public static func app(_ path: String) throws(Failure) -> AppName {
    var name = path.utf8[...]
    if name.first == UInt8(ascii: "/") { name = name.dropFirst() }
    if name.last == UInt8(ascii: "/") { name = name.dropLast() }
    if name.suffix(4).elementsEqual(".git".utf8) { name = name.dropLast(4) }
    guard let app = try? AppName(String(decoding: name, as: UTF8.self)) else {
      throw Failure(
        .usage, "looking for the repository \(path.quoted)", "that is not an app's name",
        next: "Name the app alone, as in 'nextdeploy@HOST:shop': a lowercase letter, then letters, digits and hyphens.")
    }
    return app
  }
}

/// The version of git's protocol that a client asks for in GIT_PROTOCOL.
public enum GitProtocol {
  /// The value if it is "version=N" with one digit; nil for anything else.
  public static func checked(_ value: String?) -> String? {
    guard let value, value.utf8.count == 9, value.hasPrefix("version="), value.utf8.last?.isDigit == true else {
      return nil
    }
    return value
  }
}
