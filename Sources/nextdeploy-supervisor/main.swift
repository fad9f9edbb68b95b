import Posix
import ProcessSupervision

// Only nextdeploy starts it; it is not a command for people.
let arguments = CommandLine.arguments
do {
  // The limits of what handles a push do not apply to what it starts. A build is still killed before a site.
  try CurrentProcess.unrestrain(isSite: arguments.dropFirst().first == "instance")
  switch arguments.dropFirst().first {
  case "instance" where arguments.count == 3:
    try Supervisor.run(directory: arguments[2])
    CurrentProcess.exit(0)
  case "guard" where arguments.count > 5:
    // Who waits for the lock waits for the end of everything that the guard's command started.
    try FileLock(waitingFor: arguments[3]).hold {
      CurrentProcess.exit(try Guard.run(Array(arguments.dropFirst(5)), parent: Int32(arguments[2]) ?? 0))
    }
  default:
    _ = CurrentProcess.write("nextdeploy-supervisor is a part of nextdeploy: see 'nextdeploy --help'.\n", to: 2)
    CurrentProcess.exit(2)
  }
} catch {
  _ = CurrentProcess.write("nextdeploy-supervisor: \(error)\n", to: 2)
  // What a shell says where it cannot start a program.
  CurrentProcess.exit(arguments.dropFirst().first == "guard" ? 127 : 1)
}
