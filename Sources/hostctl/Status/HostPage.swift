// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The host at a glance.
struct HostPage {
    let status: HostStatus
    /// Jobs that a person should look at.
    var troubledJobs: [JobBrief] = []
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        var lines = [headline()]
        lines += facts()
        lines += PolicyLine(policy: status.policy, style: style).lines()
        lines += status.conditions.filter { !$0.isOK }.flatMap(condition)
        let isSaid = status.conditions.contains { $0.kind == "node" && !$0.isOK }
        if !status.node.ok, !isSaid { lines += trouble("node", status.node.reason, .bad) }
        if let problem = status.host.keepAwakeProblem { lines += trouble("keep_awake", problem, .warning) }
        if !status.services.isEmpty { lines += [""] + ServiceTable(status.services, style: style, now: now).lines() }
        if !troubledJobs.isEmpty {
            lines += ["", style.paint("jobs to look at (hostctl job show ID says more)", .faint)]
            lines += JobTable(troubledJobs, style: style, now: now).lines()
        }
        return lines
    }

    private func headline() -> String {
        let host = status.host
        let ready = status.services.count { $0.ready }
        let up = TimeText.span(milliseconds: Int64(min(max(host.uptimeSeconds, 0), 1e12) * 1000))
        let parts = [
            style.paint(CleanText.of(host.name), .strong), "hostd \(CleanText.of(host.version))", "up \(up)",
            "launcher \(CleanText.of(host.launcher))", "services \(ready) ready / \(status.services.count) all",
        ]
        return parts.joined(separator: "  ")
    }

    /// What there is besides services: the Node pin, jobs.
    private func facts() -> [String] {
        var parts: [String] = []
        if let node = status.node.pinned { parts.append("node \(CleanText.of(node))") }
        let jobs = JobCounts.states.compactMap { state in
            status.jobs.byState[state].map { "\($0) \(state)" }
        }
        if !jobs.isEmpty { parts.append("jobs " + jobs.joined(separator: ", ")) }
        let awake = status.host.keepAwake.map(CleanText.of)
        if !awake.isEmpty { parts.append("kept awake for \(awake.joined(separator: ", "))") }
        return parts.isEmpty ? [] : [parts.joined(separator: "  ")]
    }

    private func condition(_ condition: ConditionStatus) -> [String] {
        let age = TimeText.relative(condition.since, to: now)
        let tone: Style.Tone = condition.level == "warn" ? .warning : .bad
        return trouble(
            "\(CleanText.of(condition.kind)) \(CleanText.of(condition.level))", "\(condition.reason) (\(age))", tone)
    }

    /// One thing about the host that is not as it should be.
    private func trouble(_ what: String, _ reason: String, _ tone: Style.Tone) -> [String] {
        let symbol = tone == .bad ? StateLook.held.symbol(style) : StateLook.unhealthy.symbol(style)
        let head = style.paint(symbol, tone) + " " + style.paint(what, tone) + "  "
        let room = style.columns.map { max(20, $0 - TextWidth.of(what) - 4) }
        let text = CleanText.of(reason)
        let parts = room.map { TextWidth.wrapped(text, width: $0) } ?? [text]
        return parts.enumerated().map { index, part in
            (index == 0 ? head : String(repeating: " ", count: TextWidth.of(what) + 4)) + part
        }
    }
}
