import Commands
import Host
import Posix

// The processes that nextdeploy starts of itself are no commands for people; the table has the rest.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
  switch arguments.first {
  case "supervise" where arguments.count == 2:
    try Supervisor.run(directory: arguments[1])
    CurrentProcess.exit(0)
  case "guard" where arguments.count > 3:
    CurrentProcess.exit(try Guard.run(Array(arguments.dropFirst(3)), parent: Int32(arguments[1]) ?? 0))
  default:
    CurrentProcess.exit(CommandTable.run(arguments))
  }
} catch {
  _ = CurrentProcess.write("nextdeploy: \(error)\n", to: 2)
  CurrentProcess.exit(1)
}
