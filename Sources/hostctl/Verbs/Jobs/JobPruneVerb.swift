// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostWire

/// `hostctl job prune [ID…]`
enum JobPruneVerb {
    static let verb = Verb(
        name: "job prune", operands: [.jobsOrNone],
        summary: "forget jobs that are over, with their logs",
        details: [
            "Those that are named, or those that --older and --state name; only jobs that have succeeded, failed or "
                + "were cancelled can be forgotten. Their keys may make jobs again. \(JobArguments.help)",
            "--json prints {\"removed\": [ID…]}.",
        ],
        sample: [
            "$ hostctl job prune --older 30d",
            "3 jobs are forgotten: 12, 15, 17",
        ],
        options: [.older, .jobState],
        examples: [
            .init("hostctl job prune --older 30d", "all that have been over for a month"),
            .init("hostctl job prune --older 7d --state cancelled,succeeded", "the failures are kept"),
            .init("hostctl job prune 42 43", "these"),
        ],
        exitCodes: [.failed: "a job that was named is not over", .noSuchName: "there is no such job"],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let ids = try JobArguments.ids(session.request.words)
            let answer = try session.client.post(
                .prune, body: try body(ids, session.request).bytes, teller: "hostctl job list")
            guard let answer else {
                throw Failure(.failed, "hostd is still at it (hostctl job list says which jobs are left)")
            }
            let removed = (answer.json["removed"]?.elements ?? []).compactMap { json -> Int64? in
                if case .integer(let number) = json { number } else { nil }
            }
            if session.wantsJSON {
                session.out.json(answer.bytes)
            } else {
                session.out.line(text(removed))
            }
            let left = ids.filter { !removed.contains($0.number) }
            for id in left { session.complain("job \(id) is not forgotten: it is not over, or there is no such job") }
            return left.isEmpty ? .fine : .failed
        })

    private static func body(_ ids: [JobID], _ request: Request) throws(Failure) -> JSON {
        let phases = try JobArguments.phases(request, among: JobPhase.allCases.filter(\.isFinal))
        guard ids.isEmpty else {
            guard !request.has(.older), phases.isEmpty else {
                throw .usage("IDs say which jobs are meant, and so do --older and --state (give one of them)")
            }
            return ["ids": .array(ids.map { .integer($0.number) })]
        }
        guard request.has(.older) || !phases.isEmpty else {
            throw .usage("job prune needs an ID, --older or --state, like: hostctl job prune --older 30d")
        }
        let states = phases.isEmpty ? JobPhase.allCases.filter(\.isFinal) : phases
        return [
            "older_s": .integer(try seconds(request)), "states": .array(states.map { .string($0.rawValue) }),
        ]
    }

    /// For how long a job has to be over; 0 without --older.
    private static func seconds(_ request: Request) throws(Failure) -> Int64 {
        guard let text = request.value(.older) else { return 0 }
        do throws(WrittenTime.Wrong) {
            return try WrittenTime.read(text, in: .zero...(.seconds(36_525 * 86_400))).components.seconds
        } catch {
            throw .usage("--older: \(error)")
        }
    }

    private static func text(_ removed: [Int64]) -> String {
        switch removed.count {
        case 0: "no job is forgotten"
        case 1: "1 job is forgotten: \(removed[0])"
        default: "\(removed.count) jobs are forgotten: " + removed.map { "\($0)" }.joined(separator: ", ")
        }
    }
}
