// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold between the keys of one service.
struct ServiceRules {
    let name: ServiceName
    let draft: ServiceDraft
    /// False when a file could not be read to its end: what is missing may stand there.
    let isComplete: Bool

    private var path: String { "service.\(name)" }

    /// The draft with its finished service, whatever was reported of it.
    func finish(_ checking: inout Checking) -> ServiceDraft {
        checkCommand(&checking)
        for kind in ProbeKind.allCases {
            if let probe = draft.probe(kind) { check(probe, kind, path: "\(path).\(kind.rawValue)", &checking) }
        }
        checkStartup(&checking)
        checkRestart(&checking)
        checkReload(&checking)
        checkMemory(&checking)
        var finished = draft
        finished.specification.name = name
        finished.specification.launch.node = nodeWish(&checking)
        finished.specification.startup = draft.startup?.specification
        finished.specification.live = draft.live?.specification
        finished.specification.ready = draft.ready?.specification
        finished.specification.reload = draft.reload?.action
        // A beat that is missing is no hiccup of a question: the program has had half of that time for the next one.
        if finished.specification.heartbeat != nil, checking.place(of: path + ".live.failures") == nil {
            finished.specification.live?.failures = 1
        }
        return finished
    }

    private func nodeWish(_ checking: inout Checking) -> NodeWish {
        Self.nodeWish(of: draft.specification.launch, noun: "service", path, &checking)
    }

    /// A file that says which Node is wanted stands in the folder of the service or kind whose table is `path`.
    static func nodeWish(
        of launch: LaunchSpecification, noun: String, _ path: String, _ checking: inout Checking
    ) -> NodeWish {
        guard case .own(let specification) = launch.node, case .file(let file) = specification, !file.hasPrefix("/")
        else { return launch.node }
        guard let directory = launch.directory else {
            checking.report(
                path: path + ".node",
                "\(quoted(file)) stands in no folder (give the \(noun) a directory, or all of the path)")
            return launch.node
        }
        return .own(specification.inside(directory))
    }

    private func checkCommand(_ checking: inout Checking) {
        guard isComplete, checking.place(of: path + ".command") == nil else { return }
        checking.report(path: path, "no command (write command = [\"program\", \"argument\"])")
    }

    private func check(_ probe: ProbeDraft, _ kind: ProbeKind, path: String, _ checking: inout Checking) {
        let targets = ProbeSection.targets(kind)
        let isGiven = targets.contains { checking.place(of: "\(path).\($0)") != nil }
        if isComplete, !isGiven {
            checking.report(path: path, "asks nothing (give one of \(targets.joined(separator: ", ")))")
        }
        for (key, companions) in ProbeSection.companions {
            check(key, goesWith: companions.filter(targets.contains), probe, path: path, &checking)
        }
    }

    /// Reports a key that makes no sense with what the probe asks.
    private func check(
        _ key: String, goesWith targets: [String], _ probe: ProbeDraft, path: String, _ checking: inout Checking
    ) {
        guard let target = probe.targetKey, !targets.contains(target),
            let own = checking.place(of: "\(path).\(key)"), let asked = checking.place(of: "\(path).\(target)"),
            // A later file that asks something else cannot take the earlier key back.
            asked.file <= own.file, !targets.contains(where: { checking.place(of: "\(path).\($0)") != nil })
        else { return }
        let names = targets.dropLast().joined(separator: ", ")
        let right = names.isEmpty ? targets.joined() : "\(names) and \(targets.last ?? "")"
        checking.report(path: "\(path).\(key)", "goes with \(right), not with \(target) (leave it out)")
    }

    private func checkStartup(_ checking: inout Checking) {
        guard let startup = draft.startup, startup.delay >= startup.deadline else { return }
        checking.report(
            path: path + ".startup.delay",
            "\"\(TimeText.text(startup.delay))\" is not shorter than the deadline, "
                + "\"\(TimeText.text(startup.deadline))\" (shorten it or give a longer deadline)")
    }

    private func checkRestart(_ checking: inout Checking) {
        let restart = draft.specification.restart
        Self.checkBackoff(restart.backoff, upTo: restart.maxBackoff, in: path + ".restart", &checking)
    }

    /// Reports a first delay that is longer than the longest, of the table `path`.
    static func checkBackoff(
        _ backoff: Duration, upTo most: Duration, in path: String, _ checking: inout Checking
    ) {
        guard backoff > most else { return }
        // At the key that was given; the other one may be the default.
        let isBackoff = checking.place(of: path + ".backoff") != nil
        checking.report(
            path: path + (isBackoff ? ".backoff" : ".max_backoff"),
            isBackoff
                ? "\"\(TimeText.text(backoff))\" is longer than max_backoff, "
                    + "\"\(TimeText.text(most))\" (shorten it or give a longer max_backoff)"
                : "\"\(TimeText.text(most))\" is shorter than backoff, "
                    + "\"\(TimeText.text(backoff))\" (give a shorter backoff too)")
    }

    private func checkReload(_ checking: inout Checking) {
        let isGiven = ReloadSection.actions.contains { checking.place(of: "\(path).reload.\($0)") != nil }
        guard isComplete, !isGiven, draft.reload != nil else { return }
        checking.report(
            path: path + ".reload", "does nothing (give one of \(ReloadSection.actions.joined(separator: ", ")))")
    }

    private func checkMemory(_ checking: inout Checking) {
        Self.check(draft.specification.limits, path, &checking)
    }

    /// Checks the limits of the service or kind whose table is `path`.
    static func check(_ limits: LimitsSpecification, _ path: String, _ checking: inout Checking) {
        guard let restart = limits.memoryRestartBytes, let most = limits.memoryBytes, restart >= most else { return }
        checking.report(
            path: path + ".limits.memory_restart",
            "\"\(SizeText.text(restart))\" is not less than memory, \"\(SizeText.text(most))\" "
                + "(it would be ended before it is restarted)")
    }
}
