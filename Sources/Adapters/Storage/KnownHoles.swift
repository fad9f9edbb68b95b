public import Deploy
import Holes

/// The holes that this version of nextdeploy knows.
public enum KnownHoles {
  /// Reads the list that is part of the program.
  public static func list() throws -> HoleList { try HoleList(Holes.text) }
}
