// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// `hostd-logger --foreign`: one look at the files of one foreign log, in a process of its own that has no other rights
/// than who decides what stands in their folder. The log's message lies in descriptor 3, reports go to descriptor 4.
enum ForeignHelper {
    private static let execPatience: Duration = .seconds(30)
    private static let errorLimit = 10

    /// Runs as the user `uid`, or as who it is, and returns the exit status.
    static func main(uid: UInt32?) -> Int32 {
        Signals.block([SIGXFSZ])
        let plan = Descriptor(owning: 3)
        let reports = Descriptor(owning: 4)
        do throws(SystemError) {
            if let uid, uid != getuid() { try Processes.become(Users.account(uid: uid)) }
            guard BackgroundWork.endWithParent(readingFrom: reports.raw) else { return 0 }
            let text = String(decoding: try plan.bytes(at: 0, count: plan.size()), as: UTF8.self)
            guard case .foreign(let log) = LoggerMessage(line: text.dropLast()) else { return 2 }
            for report in look(at: log) { try reports.write(all: report.line.utf8) }
            return 0
        } catch {
            StandardDescriptors.sayError("hostd-logger --foreign: \(error)")
            return 1
        }
    }

    private static func look(at log: ForeignLogSpecification) -> [TenderReport] {
        let outcome = ForeignFiles(log: log).look()
        var reports: [TenderReport] = []
        var errors = outcome.errors
        if outcome.mustReopen {
            if case .exec(let command) = log.reopen {
                if let why = run(command) { errors.append("reopen.exec: \(why)") }
            } else {
                reports.append(.reopen(name: log.name.text))
            }
        }
        return reports + errors.prefix(errorLimit).map { .error(name: log.name.text, text: $0) }
    }

    /// Nil when the command exits 0, else what went wrong.
    private static func run(_ command: [String]) -> String? {
        let account = Users.account(uid: getuid())
        let environment = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(account.home)", "USER=\(account.name)",
            "LOGNAME=\(account.name)", "SHELL=\(account.shell)",
        ]
        do throws(SystemError) {
            // env(1) looks for the program in PATH.
            let process = try Processes.spawn(
                "/usr/bin/env", command, environment: environment, output: STDERR_FILENO)
            let pidfd = process.takeDescriptor()
            guard Poll.readable(pidfd.raw, milliseconds: Int32(clamping: execPatience.nanoseconds / 1_000_000)) else {
                Processes.signal(pidfd, SIGKILL)
                return "it did not end within \(execPatience.text)"
            }
            switch pidfd.reapChild() {
            case .ended(0): return nil
            case .ended(let status):
                let signal = status & 0x7f
                return (signal == 0 ? ExitStatus.code(status >> 8) : .signal(signal)).text
            case .running, .unknown: return "nobody knows what became of it"
            }
        } catch {
            return "\(error)"
        }
    }
}
