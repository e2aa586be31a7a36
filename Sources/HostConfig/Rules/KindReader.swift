// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Reads the tables of one kind, and checks what must hold between their keys.
struct KindReader {
    let name: ServiceName
    /// What each file says of it, the first one first.
    let files: [TomlNode]
    /// False when a file could not be read to its end: what is missing may stand there.
    let isComplete: Bool

    private var path: String { "kind.\(name)" }

    /// The kind with its draft, whatever was reported of it.
    func read(
        _ presets: inout PresetLibrary, _ checking: inout Checking
    ) -> (draft: KindDraft, kind: KindSpecification) {
        var draft = KindSection.section.empty
        draft.name = name
        checking.inside("kind") { checking in
            checking.inside(name.text) { checking in
                for table in files { KindSection.section.apply(table, to: &draft, &checking) }
            }
        }
        var kind = draft.specification
        kind.name = name.text
        kind.schedule = draft.schedule
        kind.rules.stall = draft.stall.rules
        kind.launch.node = ServiceRules.nodeWish(of: kind.launch, noun: "kind", path, &checking)
        kind.onSuccess = hook(draft.onSuccess, "on_success", &checking)
        kind.onFailure = hook(draft.onFailure, "on_failure", &checking)
        takeCheckpoint(draft.checkpoint, &kind, &checking)
        check(kind, draft.stall, &checking)
        let keys = KindSection.section.describe("", draft).map(\.path)
        kind.given = Set(keys.filter { checking.place(of: "\(path).\($0)") != nil })
        takePreset(&kind, &presets, &checking)
        return (draft, kind)
    }

    /// What the preset says stands where the kind says nothing.
    private func takePreset(
        _ kind: inout KindSpecification, _ presets: inout PresetLibrary, _ checking: inout Checking
    ) {
        switch presets.agentPreset(kind.preset, &checking) {
        case .faulty: return
        case .missing:
            let right =
                Suggestion.nearest(to: kind.preset, among: presets.agentNames).map { "did you mean \"\($0)\"?" }
                ?? "write one of \(presets.agentNames.joined(separator: ", "))"
            let why = "there is no preset for jobs \(quoted(kind.preset)) (\(right))"
            return checking.report(path: "\(path).\(PresetKey.name)", why)
        case .found(let agent):
            kind.agent = agent
            let given = kind.given
            let isGiven = { (key: String) in given.contains { $0 == key || $0.hasPrefix(key + ".") } }
            if !isGiven("stall.silence") { kind.rules.stall.silence = agent.stall.silence }
            if !isGiven("stall.hard") { kind.rules.stall.hard = agent.stall.hard }
            if !isGiven("stop") { kind.rules.stop = agent.stop }
            if !isGiven("needs") { kind.rules.needs = agent.needs }
            if kind.checkpoint == nil, agent.watchesGit { kind.checkpoint = .git }
        }
    }

    private func check(_ kind: KindSpecification, _ stall: StallDraft, _ checking: inout Checking) {
        if isComplete, kind.preset == AgentPreset.plain.name, kind.command.isEmpty {
            checking.report(
                path: path, "no command (write command = [\"program\", \"${prompt}\"], or preset = \"claude-code\")")
        }
        if kind.command.isEmpty, !kind.resume.isEmpty, kind.preset == AgentPreset.plain.name {
            checking.report(path: path + ".resume", "goes on with what no command begins (give command too)")
        }
        ServiceRules.checkBackoff(kind.rules.backoff, upTo: kind.rules.maxBackoff, in: path, &checking)
        ServiceRules.check(kind.limits, path, &checking)
        if stall.silence > stall.hard, stall.hard != .zero {
            let isSilence = checking.place(of: path + ".stall.silence") != nil
            checking.report(
                path: path + (isSilence ? ".stall.silence" : ".stall.hard"),
                isSilence
                    ? "\"\(TimeText.text(stall.silence))\" is longer than hard, \"\(TimeText.text(stall.hard))\" "
                        + "(shorten it or give a longer hard)"
                    : "\"\(TimeText.text(stall.hard))\" is shorter than silence, "
                        + "\"\(TimeText.text(stall.silence))\" (give a shorter silence too)")
        }
        if isComplete, kind.schedule == nil {
            for key in ["overlap", "timezone"] where checking.place(of: "\(path).\(key)") != nil {
                checking.report(path: "\(path).\(key)", "goes with schedule (leave it out)")
            }
        }
    }

    private func takeCheckpoint(
        _ draft: CheckpointDraft?, _ kind: inout KindSpecification, _ checking: inout Checking
    ) {
        guard let draft else { return }
        kind.checkpoint = draft.place
        kind.rules.checkpointRequest = draft.signal.map { CheckpointRequest(signal: $0, patience: draft.patience) }
        if isComplete, draft.signal == nil, checking.place(of: path + ".checkpoint.patience") != nil {
            checking.report(path: path + ".checkpoint.patience", "goes with signal (give signal = \"SIGUSR1\" too)")
        }
    }

    private func hook(_ draft: JobHookDraft?, _ key: String, _ checking: inout Checking) -> JobHook? {
        guard let draft else { return nil }
        let isGiven = JobHookSection.actions.contains { checking.place(of: "\(path).\(key).\($0)") != nil }
        if isComplete, !isGiven {
            checking.report(
                path: "\(path).\(key)", "does nothing (give one of \(JobHookSection.actions.joined(separator: ", ")))")
        }
        return draft.hook
    }
}
