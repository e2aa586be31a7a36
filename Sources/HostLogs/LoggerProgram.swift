// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The program `hostd-logger`.
public enum LoggerProgram {
    /// Runs with these arguments (without the program's name) and returns the exit status.
    public static func main(_ arguments: [String]) -> Int32 {
        StandardDescriptors.fill()
        if arguments.count == 5, arguments[0] == "--tend", arguments[1] == "--run", arguments[3] == "--log" {
            return Tender.main(run: arguments[2], log: arguments[4])
        }
        if arguments.count == 2, arguments[0] == "--foreign" { return ForeignHelper.main(uid: UInt32(arguments[1])) }
        let waits = arguments.first == "--wait"
        let arguments = Array(arguments.dropFirst(waits ? 1 : 0))
        guard arguments.count == 4, arguments[0] == "--run", arguments[2] == "--log" else {
            StandardDescriptors.sayError("usage: hostd-logger [--wait] --run DIR --log DIR")
            return 2
        }
        let run = arguments[1]
        // Signals have their usual effect while it waits.
        if waits, let problem = Logger.waitForTurn(run: run) {
            StandardDescriptors.sayError("hostd-logger: \(problem)")
            return 1
        }
        Signals.ignorePipe()
        Signals.block([SIGTERM, SIGINT, SIGXFSZ])
        ProcessLimits.raiseOpenFiles()
        ProcessLimits.setFileMask(0o027)
        do throws(SystemError) {
            guard let logger = try Logger(run: run, log: arguments[3]) else {
                StandardDescriptors.sayError("hostd-logger: another logger serves \(run)")
                return 0
            }
            logger.run()
            return 0
        } catch {
            StandardDescriptors.sayError("hostd-logger: \(error)")
            return 1
        }
    }
}
