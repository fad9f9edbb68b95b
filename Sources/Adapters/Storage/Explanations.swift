public import Deploy
public import Posix

extension SystemError: Explainable {
  /// The system's reason, with advice on how to fix it.
  public var failure: Failure {
    let next =
      if isDiskFull {
        "Free space on the disk, for example with 'nextdeploy config set keep 2', then try again."
      } else if isPermission {
        "Run it as the user that owns \(subject), or give that user access."
      } else if operation == "finding the program" {
        "Install \(subject), or put it on the PATH."
      } else {
        "Look at \(subject), then try again."
      }
    return Failure("\(operation) \(subject)", reason, next: next)
  }
}
