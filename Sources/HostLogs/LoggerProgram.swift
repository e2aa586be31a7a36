// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The program `hostd-logger`.
public enum LoggerProgram {
    /// Runs with these arguments (without the program's name) and returns the exit status.
    public static func main(_ arguments: [String]) -> Int32 {
        StandardDescriptors.fill()
        guard arguments.count == 4, arguments[0] == "--run", arguments[2] == "--log" else {
            StandardDescriptors.sayError("usage: hostd-logger --run DIR --log DIR")
            return 2
        }
        Signals.ignorePipe()
        Signals.block([SIGTERM, SIGINT, SIGXFSZ])
        ProcessLimits.raiseOpenFiles()
        ProcessLimits.setFileMask(0o027)
        do throws(SystemError) {
            guard let logger = try Logger(run: arguments[1], log: arguments[3]) else {
                StandardDescriptors.sayError("hostd-logger: another logger serves \(arguments[1])")
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
