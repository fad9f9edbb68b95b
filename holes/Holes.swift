/// What is known of holes in what apps are made of.
public enum Holes {
  /// The text of holes.txt, one hole a line.
  public static var text: String { String(decoding: PackageResources.holes_txt, as: UTF8.self) }
}
