// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// How the network does: each target with its figures and the last hours as a picture.
struct NetworkPage {
    private static let hours: Int64 = 6
    private static let widest = 72

    let report: NetworkReport
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        guard !report.targets.isEmpty else {
            return ["nothing is asked of the network: [network] in hostd.toml has no probes"]
        }
        let cause = report.cause.map { ", cause: \(CleanText.of($0))" } ?? ""
        let head = style.paint("network \(CleanText.of(report.level))", tone(report.level)) + cause
        let why = report.reason.isEmpty ? [] : ["    " + CleanText.of(report.reason)]
        let sockets = report.sockets.map(line)
        return [head] + why + report.targets.flatMap { [""] + lines(of: $0) } + (sockets.isEmpty ? [] : [""] + sockets)
    }

    private func line(of sockets: NetworkReport.Sockets) -> String {
        let name = style.paint(CleanText.of(sockets.service), .strong)
        guard sockets.connections > 0 else { return "\(name)  no connections beyond this host" }
        let shown = { (value: Double?) in value.map(Self.milliseconds) ?? "-" }
        return [
            "\(name)", "\(sockets.connections) connections", "rtt \(shown(sockets.rtt))",
            "max \(shown(sockets.longest))",
            "sent again \(sockets.retransmitted.map(Self.percent) ?? "-")",
            "silent for \(TimeText.span(milliseconds: Int64((sockets.silentSeconds ?? 0) * 1000)))",
        ].joined(separator: "  ")
    }

    private func lines(of target: NetworkReport.Target) -> [String] {
        let name = style.paint(CleanText.of(target.name), .strong)
        let flapping = target.flapping ? ", comes and goes" : ""
        let level = style.paint(CleanText.of(target.level), tone(target.level))
        var lines = ["\(name)  \(level)\(flapping)  \(CleanText.of(target.asks))"]
        if !target.reason.isEmpty { lines.append("    " + CleanText.of(target.reason)) }
        lines.append("    " + figures(of: target))
        if let seen = target.seen { lines.append("    last: " + CleanText.of(seen)) }
        return lines + picture(of: target)
    }

    private func figures(of target: NetworkReport.Target) -> String {
        let shown = { (name: String) in target.figures[name].map(Self.milliseconds) ?? "-" }
        return [
            "rtt \(shown("rtt_ms"))", "min \(shown("rtt_min_ms"))", "p99 \(shown("rtt_p99_ms"))",
            "jitter \(shown("jitter_ms"))", "delay variation p50 \(shown("pdv_p50_ms")) p95 \(shown("pdv_p95_ms"))",
            "loss \(Self.percent(target.loss))",
        ].joined(separator: "  ")
    }

    /// The last hours: the slowest minute of each column, and beneath it where it was slower than the limit or lost.
    private func picture(of target: NetworkReport.Target) -> [String] {
        let count = min(Self.widest, max(20, (style.columns ?? Self.widest) - 24))
        let span = Self.hours * 3_600_000
        var columns = [Double?](repeating: nil, count: count)
        var lost = [Bool](repeating: false, count: count)
        for point in target.series {
            let age = now.milliseconds - point.at.milliseconds
            guard age >= 0, age < span else { continue }
            let column = count - 1 - Int(age * Int64(count) / span)
            if let rtt = point.rtt { columns[column] = max(columns[column] ?? 0, rtt) }
            if point.loss > 0 { lost[column] = true }
        }
        guard columns.contains(where: { $0 != nil }) || lost.contains(true) else { return [] }
        let least = target.figures["rtt_min_ms"] ?? 0
        let line = Sparkline(columns, including: [0], threshold: .above(least + report.pdvLimit))
        let scale = "0 to \(Self.milliseconds(line.high)), limit \(Self.milliseconds(least + report.pdvLimit))"
        let losses = String(lost.map { $0 ? "x" : " " })
        var lines = ["    " + line.painted(style, .good) + "  " + style.paint(scale, .faint)]
        if !line.marks.isEmpty { lines.append("    " + line.marks) }
        if lost.contains(true) { lines.append("    " + style.paint(losses, .bad) + "  lost") }
        return lines + ["    " + style.paint("\(Self.hours) h ago" + gap(count) + "now", .faint)]
    }

    private func gap(_ count: Int) -> String { String(repeating: " ", count: max(1, count - 10)) }

    private func tone(_ level: String) -> Style.Tone {
        switch level {
        case "ok": .good
        case "warn": .warning
        default: .bad
        }
    }

    /// "0.8 ms", "84 ms".
    static func milliseconds(_ value: Double) -> String {
        let tenths = Int64((min(max(value, 0), 1e12) * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\((tenths + 5) / 10) ms"
    }

    /// "0%", "2.5%".
    static func percent(_ share: Double) -> String {
        let tenths = Int64((min(max(share, 0), 1) * 1000).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}
