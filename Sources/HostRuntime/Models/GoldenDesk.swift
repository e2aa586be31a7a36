// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// What hostd has in hand of golden jobs, and what it has to be told of the policy for them.
final class GoldenDesk {
    /// A run, with what is submitted by the names of its jobs.
    struct Going {
        var machine: GoldenMachine
        let submissions: [String: JobSubmission]
    }

    /// Where the golden jobs are: paths of files from /, with wildcards.
    var goldenFiles: (() -> [String])?
    /// The model of a tier; nil: there is no such tier.
    var modelOf: ((_ tier: String) -> String?)?
    /// The candidate of a tier; nil: it has none.
    var candidateOf: ((_ tier: String) -> String?)?
    /// Who alone may use a tier; empty: all.
    var allowOf: ((_ tier: String) -> [String])?
    /// Is told how a run came out; after a crash it may be told again.
    var goldenEnded: ((_ tier: String, _ model: String, _ hasPassed: Bool, _ figures: String) -> Void)?

    /// The newest run of each tier.
    var runs: [String: Going] = [:]
    /// The store has said which runs there were.
    var isLoaded = false
    /// What is done once it has.
    var afterLoading: [() -> Void] = []
    /// Tiers whose files are being read.
    var starting: Set<String> = []
}
