// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// What became of a job that was waited for, for a script and for a person.
struct JobEnd {
    let job: JobStatus

    /// What help says of the exit codes.
    static let help =
        "The exit code is the job's: 0 when it has succeeded; when it has failed, the exit code of the attempt that "
        + "ended it, 1 to 255, or 128 plus the number of the signal that killed it; 1 where it has none, where the "
        + "job was cancelled, and where it is held. Several jobs end with the first code in the order of the line "
        + "that is not 0. hostctl's own codes (2, 4, 69, 77) may be those of a job as well: --json says which."

    /// 0 when it has succeeded, else its own exit code; 1 where it has none.
    var status: Int32 {
        guard job.brief.phase != .succeeded else { return 0 }
        guard job.brief.phase == .failed, let exit = job.exit else { return ExitCode.failed.rawValue }
        if let signal = exit.signal, (1...127).contains(signal) { return 128 + signal }
        guard let code = exit.code, (1...255).contains(code) else { return ExitCode.failed.rawValue }
        return code
    }

    /// "42: succeeded after 3 attempts in 2h 5m: all tests pass".
    var line: String {
        let brief = job.brief
        let took = Double(brief.since.milliseconds - brief.createdAt.milliseconds)
        let count = brief.attemptCount == 1 ? "1 attempt" : "\(brief.attemptCount) attempts"
        let head = "\(brief.id): \(CleanText.of(brief.state))"
        switch brief.phase {
        case .succeeded:
            let result = job.result.map { ": " + CleanText.of($0) } ?? ""
            return "\(head) after \(count) in \(TimeText.took(milliseconds: took))\(result)"
        case .held: return "\(head): \(CleanText.of(brief.reason)) (hostctl job release \(brief.id) goes on with it)"
        default:
            let reason = brief.reason.isEmpty ? "" : ": \(CleanText.of(brief.reason))"
            return "\(head) after \(count)\(reason)"
        }
    }

    /// Says it on stdout when all is well, else on stderr. `isQuiet`: on stderr in any case.
    func say(_ session: Session, isQuiet: Bool = false) {
        if session.wantsJSON {
            session.out.json(job.json.bytes)
        } else if status == 0, !isQuiet {
            session.out.line(line)
        } else {
            session.sayError(line)
        }
        session.out.flush()
    }
}
