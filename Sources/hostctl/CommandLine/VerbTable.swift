// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// All verbs, in the order in which help lists them. Parsing, help and completion know no other list.
enum VerbTable {
    static let all: [Verb] = [
        StatusVerb.verb, StartVerb.verb, StopVerb.verb, RestartVerb.verb, ReloadVerb.verb, PlanVerb.verb,
        SignalVerb.verb, ResetVerb.verb, WaitVerb.verb, LogsVerb.verb, EventsVerb.verb, CrashVerb.verb,
        DiskVerb.verb, NetVerb.verb, CheckVerb.verb, ConfigVerb.verb, AdoptVerb.verb, NodeVerb.verb, AlertVerb.verb,
        JobVerb.verb, ModelVerb.verb, ReexecVerb.verb, CompletionVerb.verb, VersionVerb.verb, HelpVerb.verb,
    ]

    /// All verbs and the actions of each.
    static let withActions: [Verb] = all.flatMap { [$0] + $0.actions }

    /// The verb or action that `words` begin with; nil for none.
    static func meant(by words: [String]) -> Verb? {
        guard let verb = all.first(where: { $0.name == words.first }), words.count > 1 else {
            return all.first { $0.name == words.first }
        }
        return verb.actions.first { $0.action == words[1] } ?? verb
    }

    /// The verb of that name; fails with those that may be meant.
    static func named(_ name: String) throws(Failure) -> Verb {
        if let verb = all.first(where: { $0.name == name }) { return verb }
        var meant = name.count > 1 ? all.map(\.name).filter { $0.hasPrefix(name) } : []
        if let near = Nearest.to(name, among: all.map(\.name)), !meant.contains(near) { meant.append(near) }
        let hint = meant.isEmpty ? "hostctl help lists them" : "did you mean \(meant.joined(separator: " or "))?"
        throw .usage("there is no verb \"\(CleanText.of(name))\" (\(hint))")
    }
}
