// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// All verbs, in the order in which help lists them. Parsing, help and completion know no other list.
enum VerbTable {
    static let all: [Verb] = [
        StatusVerb.verb, StartVerb.verb, StopVerb.verb, RestartVerb.verb, ReloadVerb.verb, PlanVerb.verb,
        SignalVerb.verb, ResetVerb.verb, WaitVerb.verb, LogsVerb.verb, EventsVerb.verb, CheckVerb.verb,
        ConfigVerb.verb, ReexecVerb.verb, CompletionVerb.verb, VersionVerb.verb, HelpVerb.verb,
    ]

    /// The verb of that name; fails with the one that was meant.
    static func named(_ name: String) throws(Failure) -> Verb {
        if let verb = all.first(where: { $0.name == name }) { return verb }
        let hint = Nearest.to(name, among: all.map(\.name)).map { "did you mean \($0)?" } ?? "hostctl help lists them"
        throw .usage("there is no verb \"\(name)\" (\(hint))")
    }
}
