// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The file systems with a picture of the last hours, and who takes the room.
struct DiskPage {
    private static let logLimit = 5
    private static let leastColumns = 20
    private static let mostColumns = 72
    private static let indent = "    "

    let report: DiskReport
    let hours: Int
    let style: Style

    func lines() -> [String] {
        var lines: [String] = []
        for system in report.fileSystems { lines += self.lines(of: system) }
        if report.fileSystems.isEmpty { lines.append("no file system was looked at yet") }
        lines += reserve()
        lines += growers()
        return lines
    }

    // MARK: - One file system

    private func lines(of system: DiskFileSystem) -> [String] {
        let (look, tone) = Self.look(of: system.level)
        let room = "\(Self.bytes(system.freeBytes)) of \(Self.bytes(system.capacityBytes)) free"
        let percent = "(\(Self.decimal(system.freePercent))%)"
        var head = [
            style.paint(look.symbol(style), tone), style.paint(CleanText.of(system.path), .strong),
            CleanText.of(system.type), room, percent,
        ]
        if system.isReadOnly { head.append("read-only") }
        if system.step != "fine" { head.append(style.paint(CleanText.of(system.step), tone)) }
        var lines = [head.joined(separator: "  ")]
        if !system.reason.isEmpty { lines.append(Self.indent + style.paint(CleanText.of(system.reason), tone)) }
        if let seconds = system.fullInSeconds, system.reason.isEmpty {
            lines.append(Self.indent + "full in about \(Self.span(seconds)), if it goes on like this")
        }
        lines += picture(system)
        lines += facts(system)
        return lines
    }

    private func facts(_ system: DiskFileSystem) -> [String] {
        var lines: [String] = []
        if system.capacityBytes > 0 {
            let steps = ["warn", "gate", "evict", "emergency"].compactMap { step in
                system.limits[step].map { "\(step) \(Self.bytes($0))" }
            }
            if !steps.isEmpty { lines.append(Self.indent + "steps below " + steps.joined(separator: ", ")) }
        }
        if system.inodes > 0 {
            lines.append(Self.indent + "\(system.freeInodes) of \(system.inodes) inodes free")
        }
        let others = system.paths.filter { $0 != system.path }
        if !others.isEmpty {
            lines.append(Self.indent + "also of " + others.map { CleanText.of($0) }.joined(separator: ", "))
        }
        return lines
    }

    /// The free bytes over time. The threshold is in the scale, so that the picture says how far it is.
    private func picture(_ system: DiskFileSystem) -> [String] {
        guard style.hasSymbols, system.series.contains(where: { $0 != nil }) else { return [] }
        let columns = min(max((style.columns ?? 80) - 40, Self.leastColumns), Self.mostColumns)
        let values = Self.columns(system.series.map { $0.map { Double($0) } }, columns)
        let limit = system.limits["warn"].map { Double($0) }
        let line = Sparkline(
            values, including: limit.map { [$0] } ?? [], threshold: limit.map { .below($0) })
        let scale = "\(Self.bytes(UInt64(line.low))) to \(Self.bytes(UInt64(line.high)))"
        var lines = [
            Self.indent + style.paint("\(hours) h ", .faint) + line.painted(style, .moving) + "  "
                + style.paint(scale, .faint)
        ]
        if let limit, !line.marks.isEmpty {
            let pad = Self.indent + String(repeating: " ", count: "\(hours) h ".count)
            lines.append(pad + style.paint("\(line.marks) less than \(Self.bytes(UInt64(limit)))", .faint))
        }
        return lines
    }

    /// The series in so many parts, of each the least.
    private static func columns(_ series: [Double?], _ count: Int) -> [Double?] {
        (0..<min(count, series.count)).map { column in
            let width = min(count, series.count)
            let part = series[column * series.count / width..<(column + 1) * series.count / width]
            return part.compactMap(\.self).min()
        }
    }

    // MARK: - The rest

    private func reserve() -> [String] {
        if let refusal = report.reserveRefusal { return ["no reserve: \(CleanText.of(refusal))"] }
        guard report.reserveBytes > 0 else { return [] }
        let held = report.reserveHeldBytes
        let state = held > 0 ? "\(Self.bytes(held)) held back" : "given back until there is room again"
        return ["reserve  \(state) (disk.reserve is \(Self.bytes(report.reserveBytes)))"]
    }

    private func growers() -> [String] {
        var lines = growers("logs", report.logs) + growers("folders of services", report.folders)
        let removed = report.removed.filter { $0.bytes > 0 }.prefix(Self.logLimit)
        if !removed.isEmpty {
            lines += ["", style.paint("removed, and still open", .faint)]
            lines += removed.map {
                let size = TextWidth.paddedLeft(Self.bytes($0.bytes), 8)
                return "  \(size)  \(CleanText.of($0.path))  pid \($0.pid) (\(CleanText.of($0.program)))"
            }
        }
        return lines
    }

    private func growers(_ title: String, _ all: [DiskGrower]) -> [String] {
        let shown = all.filter { $0.bytes > 0 }.prefix(Self.logLimit)
        guard !shown.isEmpty else { return [] }
        let width = shown.map { TextWidth.of(CleanText.of($0.name)) }.max() ?? 0
        return ["", style.paint(title, .faint)]
            + shown.map { one in
                let grown = Self.growth(one).map { "  \($0)" } ?? ""
                let size = TextWidth.paddedLeft(Self.bytes(one.bytes), 8)
                return "  \(TextWidth.padded(CleanText.of(one.name), width))  \(size)\(grown)"
            }
    }

    private static func growth(_ log: DiskGrower) -> String? {
        guard let grown = log.grownBytes, let over = log.overSeconds, grown > 0, over > 0 else { return nil }
        return "+\(bytes(UInt64(grown))) in \(span(over))"
    }

    private static func look(of level: String) -> (StateLook, Style.Tone) {
        switch level {
        case "ok": (.ready, .good)
        case "warn": (.unhealthy, .warning)
        default: (.held, .bad)
        }
    }

    private static func bytes(_ bytes: UInt64) -> String { ByteText.text(bytes) }

    private static func span(_ seconds: Double) -> String {
        TimeText.span(milliseconds: Int64(min(max(seconds, 0), 1e12) * 1000))
    }

    /// With one decimal below ten.
    private static func decimal(_ percent: Double) -> String {
        let tenths = Int((min(max(percent, 0), 100) * 10).rounded(.down))
        return tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    }
}
