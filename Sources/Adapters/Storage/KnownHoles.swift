public import Deploy
import Holes

/// The holes that this version of nextdeploy knows.
public enum KnownHoles {
  /// The list that is part of the program, which is read when it is first asked for.
  public static func list() throws -> HoleList { try read.get() }

  private static let read = Result { () throws(Failure) in try HoleList(Holes.text) }
}
