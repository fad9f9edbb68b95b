/// What runs containers, for which a release can be exported.
public enum Engine: String, CaseIterable, Sendable {
  /// An image as it is (OCI Image Layout), for whatever takes one.
  case oci
  case compose, kubernetes, kamal
}

/// A file of an exported folder that is written from what is known of the app.
public struct EngineFile: Equatable, Sendable {
  /// Its path in the folder.
  public let path: String
  /// What is in it.
  public let text: String
  /// Whether it is a program.
  public var isProgram = false

  init(_ path: String, _ text: String, isProgram: Bool = false) {
    self.path = path
    self.text = text
    self.isProgram = isProgram
  }
}
