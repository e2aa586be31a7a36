// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// hostctl from its arguments to its exit status.
enum Program {
    /// Does what the arguments say, and says on stderr why it could not.
    static func run(_ arguments: [String]) -> Int32 {
        // No file of ours may become stdout.
        StandardDescriptors.fill()
        // A reader that leaves is noticed by the write that it no longer wants, also where SIGPIPE is not ignored yet.
        Signals.ignorePipe()
        if arguments.first == Completion.hiddenVerb {
            let out = Output()
            out.lines(Completion.lines(Array(arguments.dropFirst())))
            out.flush()
            return ExitCode.fine.rawValue
        }
        do throws(Failure) {
            let request = try ArgumentParser.parse(arguments)
            let session = try Session(request)
            defer { session.out.flush() }
            let code = try request.verb.run(session)
            return session.jobStatus ?? code.rawValue
        } catch {
            StandardDescriptors.sayError("hostctl: \(error.text)")
            return error.code.rawValue
        }
    }
}
