// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The policy at a glance.
struct ModelPage {
    private static let tierHeads = ["TIER", "MODEL", "FALLBACK", "FOR"]
    private static let trialHeads = [
        "TIER", "CANDIDATE", "STATE", "SHARE", "FAILED", "STABLE FAILED", "SINCE", "REASON",
    ]
    private static let targetHeads = ["TARGET", "GENERATION", "REASON"]
    private static let serviceHeads = ["SERVICE", "GENERATION", "MODELS", "STATE"]

    var status: ModelsStatus
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        [headline()] + about() + trouble() + tiers() + trials() + targets() + services() + jobs()
    }

    /// Only what concerns these tiers.
    func lines(of tiers: [ModelsStatus.TierStatus]) -> [String] {
        var page = self
        page.status.tiers = tiers
        return Array((page.tiers() + page.trials()).drop { $0.isEmpty })
    }

    private func headline() -> String {
        let policy = status.policy
        guard let generation = policy.generation else { return "no policy is in force" }
        let name = policy.name.flatMap { $0.isEmpty ? nil : CleanText.of($0) }
        var parts = [style.paint("policy" + (name.map { " " + $0 } ?? ""), .strong), "generation \(generation)"]
        if let at = policy.appliedAt {
            parts.append("since \(TimeText.local(at)) (\(TimeText.relative(at, to: now)))")
        }
        return parts.joined(separator: "  ")
    }

    private func about() -> [String] {
        var fields: [(String, String)] = []
        if !status.note.isEmpty { fields.append(("note", status.note)) }
        if let origin = status.origin {
            fields.append(("from", origin == "file" ? status.file.path : origin))
        }
        if let by = status.by { fields.append(("by", by)) }
        if let source = status.file.source { fields.append(("source", source)) }
        if let digest = status.policy.digest { fields.append(("digest", digest)) }
        return fields.flatMap { PageField.lines($0.0, CleanText.of($0.1), style) }
    }

    /// What is not as it should be about the file, or where it is fetched from.
    private func trouble() -> [String] {
        let file = status.file
        let path = CleanText.of(file.path)
        let kept = status.policy.generation.map { ": generation \($0) goes on" } ?? ""
        var lines: [String] = []
        switch file.state {
        case "ok": break
        case "missing" where status.policy.generation == nil: lines.append("there is no \(path)")
        case "missing": lines.append(mark(.bad) + " " + style.paint("\(path) is missing", .bad) + kept)
        case "settling": lines.append(mark(.moving) + " \(path) was edited, and is about to be taken over")
        case "wrong": lines.append(mark(.bad) + " " + style.paint("\(path) is wrong", .bad) + kept)
        case let other: lines.append(mark(.bad) + " \(path): \(CleanText.of(other))")
        }
        lines += file.errors.map { "    " + ErrorList.painted($0, style) }
        if !file.sourceProblem.isEmpty {
            lines.append(mark(.warning) + " not fetched: " + CleanText.of(file.sourceProblem))
        }
        return lines
    }

    private func tiers() -> [String] {
        guard !status.tiers.isEmpty else { return [] }
        let rows = status.tiers.map { tier in
            [
                CleanText.of(tier.name), CleanText.of(tier.model), list(tier.fallback, none: "-"),
                list(tier.allow, none: "all"),
            ]
        }
        return [""] + FigureTable(heads: Self.tierHeads, numbers: [], rows: rows, style: style).lines()
    }

    private func trials() -> [String] {
        let trials = status.tiers.compactMap { tier in tier.gray.map { (name: tier.name, trial: $0) } }
        guard !trials.isEmpty else { return [] }
        let rows = trials.map { name, trial in
            let tone = trial.look?.tone ?? .warning
            return ReasonTable.Row(
                mark: style.paint(trial.look?.symbol(style) ?? "?", tone),
                cells: [
                    (CleanText.of(name), .strong), (CleanText.of(trial.model), nil), (trial.word, tone),
                    (ModelFigures.wanted(trial.share), nil),
                    (ModelFigures.part(trial.failures, of: trial.jobs), nil),
                    (ModelFigures.part(trial.stableFailures, of: trial.stableJobs), nil),
                    (trial.since.map { TimeText.relative($0, to: now) } ?? "-", nil),
                ],
                reason: CleanText.of(trial.reason), tone: trial.look == .trying ? .faint : tone,
                isLoud: trial.look != .trying)
        }
        let advice = trials.compactMap { name, trial in trial.advice(tier: name) }
        return [""] + ReasonTable(Self.trialHeads, numbers: [3], rows: rows, style: style).lines()
            + advice.map { "    " + $0 }
    }

    private func targets() -> [String] {
        guard !status.targets.isEmpty else { return [] }
        let rows = status.targets.map { target in
            let tone: Style.Tone = target.ok ? .good : target.reason.isEmpty ? .moving : .bad
            let reason = target.reason.isEmpty && !target.ok ? "is on its way" : CleanText.of(target.reason)
            return ReasonTable.Row(
                mark: mark(tone),
                cells: [(CleanText.of(target.name), .strong), (target.generation.map { "\($0)" } ?? "-", nil)],
                reason: reason, tone: target.ok ? .faint : tone, isLoud: !target.ok)
        }
        return [""] + ReasonTable(Self.targetHeads, numbers: [1], rows: rows, style: style).lines()
    }

    private func services() -> [String] {
        guard !status.services.isEmpty else { return [] }
        let rows = status.services.map { service in
            let models = service.models.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return ReasonTable.Row(
                mark: mark(service.isPending ? .moving : .good),
                cells: [
                    (CleanText.of(service.name), .strong), (service.generation.map { "\($0)" } ?? "-", nil),
                    (list(models, none: "-"), nil),
                ], reason: service.isPending ? "pending" : "", tone: .warning, isLoud: service.isPending)
        }
        return [""] + ReasonTable(Self.serviceHeads, numbers: [1], rows: rows, style: style).lines()
    }

    private func jobs() -> [String] {
        guard status.jobsOnEarlier > 0 else { return [] }
        let attempts =
            status.jobsOnEarlier == 1 ? "1 attempt of a job has" : "\(status.jobsOnEarlier) attempts of jobs have"
        return ["", "\(attempts) the model of an earlier generation, until the next attempt"]
    }

    private func list(_ items: [String], none: String) -> String {
        items.isEmpty ? none : items.map(CleanText.of).joined(separator: ", ")
    }

    private func mark(_ tone: Style.Tone) -> String {
        let look: StateLook =
            switch tone {
            case .good: .ready
            case .moving: .starting
            case .warning: .unhealthy
            default: .held
            }
        return style.paint(look.symbol(style), tone)
    }
}

extension ModelsStatus {
    /// Whether a person should look: the file or its source is not right, or a target has another generation.
    var needsAttention: Bool {
        let isFileBad =
            !["ok", "settling"].contains(file.state) && (file.state != "missing" || policy.generation != nil)
        return isFileBad || !file.sourceProblem.isEmpty || targets.contains { !$0.ok }
    }
}
