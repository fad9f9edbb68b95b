import Commands
import Posix

CurrentProcess.exit(CommandTable.run(Array(CommandLine.arguments.dropFirst())))
