// SPDX-License-Identifier: Apache-2.0

/// What became of the jobs of one arm, one outcome a job: attempts of one job fail together, so that counting them
/// would take one bad job for many.
struct RolloutArm: Hashable, Sendable {
    struct Outcome: Hashable, Sendable {
        let job: JobID
        /// When it was told last, milliseconds since 1970.
        var at: Int64
        var hasFailed: Bool
    }

    /// The newest jobs, in the order of their first outcomes.
    private(set) var outcomes: [Outcome] = []
    /// Older ones do not count, in milliseconds.
    static let age: Int64 = 14 * 86_400_000

    var counts: RateCounts { RateCounts(failures: outcomes.count { $0.hasFailed }, total: outcomes.count) }

    mutating func add(_ job: JobID, hasFailed: Bool, at milliseconds: Int64) {
        outcomes.removeAll { milliseconds - $0.at > Self.age }
        if let index = outcomes.firstIndex(where: { $0.job == job }) {
            outcomes[index].at = milliseconds
            outcomes[index].hasFailed = outcomes[index].hasFailed || hasFailed
            return
        }
        if outcomes.count >= RolloutRules.window { outcomes.removeFirst() }
        outcomes.append(Outcome(job: job, at: milliseconds, hasFailed: hasFailed))
    }

    /// `42:1765000000000:1 43:…`
    var text: String { outcomes.map { "\($0.job):\($0.at):\($0.hasFailed ? 1 : 0)" }.joined(separator: " ") }

    init() {}

    /// Reads what `text` has written; nil for anything else.
    init?(parsing text: String) {
        for word in text.split(separator: " ") {
            let parts = word.split(separator: ":")
            guard parts.count == 3, let job = JobID(text: String(parts[0])), let at = Int64(parts[1]),
                parts[2] == "0" || parts[2] == "1", outcomes.count < RolloutRules.window
            else { return nil }
            outcomes.append(Outcome(job: job, at: at, hasFailed: parts[2] == "1"))
        }
    }
}
