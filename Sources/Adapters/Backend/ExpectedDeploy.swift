public import Deploy

/// What was begun of a deploy that may come, as long as this is there.
public protocol ExpectedDeploy {
  /// The instance that the deploy is to go on with.
  var instance: InstanceID { get }

  /// Gives up what the deploy has not taken, once it has ended or will not come.
  func end() throws
}
