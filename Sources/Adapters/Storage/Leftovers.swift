import Deploy
import Posix

/// Removes what builds and apps have made, whoever owns it and whatever they did to it. What nobody can remove is set
/// aside and reported, since it is no reason for anything else to fail.
public struct Leftovers {
  /// Works on files that nextdeploy does not own.
  let files: any FileAccess
  let tell: (String) -> Void

  /// - Parameter tell: called with a message about what was set aside.
  public init(files: any FileAccess = OneUser(), tell: @escaping (String) -> Void = { _ in }) {
    self.files = files
    self.tell = tell
  }

  /// Removes a path, or moves it out of the way.
  public func remove(_ path: String) throws {
    do { return try Files.remove(path) } catch {
      // Whatever stops its owners shows in what is left.
      try? files.remove(path)
    }
    do { try Files.remove(path) } catch { try setAside(path, error) }
  }

  /// Removes a path that nobody needs; where that fails it is only reported.
  func discard(_ path: String) {
    guard Files.exists(path) else { return }
    do { try remove(path) } catch { tell("removing \(path): \(error)") }
  }

  /// Runs something that reads what a build made, and runs it again if the owner first had to open what was closed.
  func reach<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SystemError {
      guard error.isPermission, try files.open() else { throw error }
      return try body()
    }
  }

  /// Removes as much as possible of what a directory holds.
  func clear(_ directory: String) {
    do { try Directory(directory).empty() } catch {
      if error.isNotFound { return }
      // Whoever removes the directory itself sees what is left.
      try? files.remove(directory)
    }
  }

  /// Removes everything that a directory holds; if that is impossible, moves the directory itself out of the way.
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

  /// The suffix of a name that was set aside.
  static let suffix = ".leftover"
}
