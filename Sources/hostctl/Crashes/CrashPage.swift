// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// All that was kept of one end.
struct CrashPage {
    let record: CrashRecord
    /// So many of its last lines.
    let lineCount: Int
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        let brief = record.brief
        var lines = [
            style.paint(CleanText.of(brief.instance), .strong) + "  " + style.paint(CleanText.of(brief.text), .bad)
        ]
        for (name, text) in fields() where !text.isEmpty { lines += PageField.lines(name, text, style) }
        let shown = record.lines.suffix(lineCount)
        guard !shown.isEmpty else { return lines }
        let isAll = record.isAll && shown.count == record.lines.count
        lines += ["", style.paint(isAll ? "all that it wrote" : "the last lines that it wrote", .faint)]
        return lines
            + shown.map { line in
                LogText.line(
                    LogLines.Line(at: line.at, text: line.text), name: line.stream.map(name(of:)), style: style,
                    withTime: true)
            }
    }

    private func fields() -> [(String, String)] {
        let brief = record.brief
        var fields = [
            ("id", CleanText.of(brief.id)),
            ("at", "\(TimeText.local(brief.at)) (\(TimeText.relative(brief.at, to: now)))"),
            ("because", CleanText.of(brief.why ?? "")), ("said", CleanText.of(record.statusText ?? "")),
            ("restarts", "\(record.restarts)"), ("used", used()), ("memory", memory()), ("pressure", pressure()),
            ("cgroup", cgroup()), ("model", CleanText.of(record.model ?? "")), ("node", node()),
        ]
        let bad = record.conditions.filter { !$0.isOK }
        fields += bad.map { ("condition", CleanText.of("\($0.kind) \($0.level): \($0.reason)")) }
        if bad.isEmpty, !record.conditions.isEmpty {
            fields.append(
                ("conditions", "ok: " + record.conditions.map { CleanText.of($0.kind) }.joined(separator: ", ")))
        }
        let kinds = ServiceStatus.probeKinds.filter { record.probes[$0] != nil }
        for (index, kind) in kinds.enumerated() {
            fields.append((index == 0 ? "probes" : "", record.probes[kind].map { probe(kind, $0) } ?? ""))
        }
        return fields
    }

    private func used() -> String {
        let usage = record.usage
        var parts: [String] = []
        if let user = number(usage["user_s"]) { parts.append(Self.rounded(user) + " s user") }
        if let system = number(usage["system_s"]) { parts.append(Self.rounded(system) + " s system") }
        if let most = bytes(usage["max_rss_bytes"]) { parts.append("\(most) at most") }
        if case .integer(let count)? = usage["left_overs"], count > 0 { parts.append("\(count) processes left behind") }
        if usage["core"] == .bool(true) { parts.append("core dumped") }
        return parts.joined(separator: ", ")
    }

    private func memory() -> String {
        var parts: [String] = []
        if let free = bytes(record.memory["available_bytes"]), let all = bytes(record.memory["total_bytes"]) {
            parts.append("\(free) of \(all) available")
        }
        if !record.load.isEmpty { parts.append("load " + record.load.map(Self.rounded).joined(separator: " ")) }
        return parts.joined(separator: ", ")
    }

    private func pressure() -> String {
        guard case .object(let members) = record.pressure else { return "" }
        let shares = members.compactMap { member in
            number(member.value["some"]?.elements?.first).map { "\(CleanText.of(member.key)) \(Self.rounded($0))%" }
        }
        return shares.isEmpty ? "" : shares.joined(separator: ", ") + " of the last 10 s"
    }

    private func cgroup() -> String {
        var parts: [String] = []
        if let now = bytes(record.cgroup["memory_bytes"]) { parts.append("\(now) in use") }
        if let peak = bytes(record.cgroup["peak_bytes"]) { parts.append("\(peak) at most") }
        if let limit = bytes(record.cgroup["limit_bytes"]) { parts.append("limit \(limit)") }
        if case .integer(let count)? = record.cgroup["oom_kills"], count > 0 {
            parts.append("\(count) killed for want of memory")
        }
        return parts.joined(separator: ", ")
    }

    private func node() -> String {
        let parts = ["version", "path"].compactMap { record.node[$0]?.text }
        return CleanText.of(parts.joined(separator: ", "))
    }

    private func probe(_ kind: String, _ probe: ProbeStatus) -> String {
        let word =
            switch probe.ok {
            case true: "ok"
            case false: "bad"
            case nil: "-"
            }
        let failures = probe.failures > 0 ? ", \(probe.failures) bad in a row" : ""
        let text = [probe.target, probe.seen + failures].filter { !$0.isEmpty }.joined(separator: "  ")
        return TextWidth.padded(kind, 9) + TextWidth.padded(word, 5) + CleanText.of(text)
    }

    private func name(of stream: String) -> String { TextWidth.padded(CleanText.of(stream), 6) }

    private func bytes(_ value: JSON?) -> String? {
        guard case .integer(let count)? = value, count >= 0 else { return nil }
        return ByteText.text(UInt64(count))
    }

    private func number(_ value: JSON?) -> Double? {
        switch value {
        case .number(let number)?: number
        case .integer(let number)?: Double(number)
        default: nil
        }
    }

    /// With two digits behind the point where there are any.
    private static func rounded(_ number: Double) -> String {
        let hundredths = Int64(min(max(number, 0), 1e12) * 100 + 0.5)
        if hundredths % 100 == 0 { return "\(hundredths / 100)" }
        let digits = hundredths % 100
        return "\(hundredths / 100)." + (digits < 10 ? "0" : "") + "\(digits)"
    }
}
