import Deploy
import Posix

/// Removes what builds and apps have made, whoever owns it and whatever they did to it; what nobody can remove is set
/// aside and told, for it is no reason why anything else should fail.
public struct Leftovers {
  /// Gets at what is not nextdeploy's.
  let files: any FileAccess
  let tell: (String) -> Void

  /// - Parameter tell: told what was set aside.
  public init(files: any FileAccess = OneUser(), tell: @escaping (String) -> Void = { _ in }) {
    self.files = files
    self.tell = tell
  }

  /// Removes it, or moves it out of the way.
  public func remove(_ path: String) throws {
    do { return try Files.remove(path) } catch {
      // What keeps its owners from it is seen in what is left.
      try? files.remove(path)
    }
    do { try Files.remove(path) } catch { try setAside(path, error) }
  }

  /// Does what needs to read what a build made, and once more when its owner has opened what was closed.
  func reach<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SystemError {
      guard error.isPermission, try files.open() else { throw error }
      return try body()
    }
  }

  /// Removes what can be of all that a directory holds.
  func clear(_ directory: String) {
    do { try Directory(directory).empty() } catch {
      if error.isNotFound { return }
      // Who removes the directory itself sees what is left.
      try? files.remove(directory)
    }
  }

  /// Removes all that a directory holds; where that cannot be, the directory itself is out of the way.
  func empty(_ directory: String) throws {
    clear(directory)
    guard Files.exists(directory) else { return }
    do { try Directory(directory).empty() } catch { try setAside(directory, error) }
  }

  private func setAside(_ path: String, _ reason: SystemError) throws {
    var number = 1
    while Files.exists("\(path)\(Self.suffix)-\(number)") { number += 1 }
    let aside = "\(path)\(Self.suffix)-\(number)"
    try Files.rename(path, to: aside)
    tell("\(reason): it is set aside at \(aside); 'sudo rm -rf \(aside)' removes it")
  }

  /// What a name ends with that was set aside.
  static let suffix = ".leftover"
}
