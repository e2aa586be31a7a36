// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Services in aligned columns, one a line, each with its reason. On a terminal the reason of one that needs a look
/// stands below in full when the line has no room for it; other reasons are cut.
struct ServiceTable {
    private struct Row {
        let service: ServiceStatus
        let cells: [String]
    }

    private static let heads = ["NAME", "STATE", "SINCE", "PID", "RESTARTS", "REASON"]
    private static let gap = "  "
    /// Longer reasons go on no further below.
    private static let reasonLineLimit = 4

    private let rows: [Row]
    private let widths: [Int]
    private let style: Style

    init(_ services: [ServiceStatus], style: Style, now: WallTime) {
        self.style = style
        let rows = services.map { service in
            Row(
                service: service,
                cells: [
                    CleanText.of(service.name), CleanText.of(service.state),
                    TimeText.relative(service.since, to: now), service.pid.map { "\($0)" } ?? "-",
                    "\(service.restarts)", CleanText.of(service.reason),
                ])
        }
        self.rows = rows
        widths = Self.heads.indices.map { column in
            max(TextWidth.of(Self.heads[column]), rows.map { TextWidth.of($0.cells[column]) }.max() ?? 0)
        }
    }

    func lines() -> [String] {
        let heads = Self.heads.indices.dropLast().map { aligned(Self.heads[$0], $0) }
        let head = ("  " + heads.joined(separator: Self.gap) + Self.gap + Self.heads[Self.heads.count - 1])
        return [style.paint(head, .faint)] + rows.flatMap(lines)
    }

    private func lines(of row: Row) -> [String] {
        let look = row.service.look
        let cells = row.cells.indices.dropLast().map { column -> String in
            let text = aligned(row.cells[column], column)
            switch column {
            case 0: return style.paint(text, look == .stopped ? .faint : .strong)
            case 1: return style.paint(text, look?.tone ?? .warning)
            default: return style.paint(text, look == .stopped ? .faint : nil)
            }
        }
        let start = row.service.mark(style) + " " + cells.joined(separator: Self.gap)
        let reason = row.cells[row.cells.count - 1]
        let used = 2 + widths.dropLast().reduce(0) { $0 + $1 + Self.gap.count }
        guard let columns = style.columns, used + TextWidth.of(reason) > columns else {
            return [reason.isEmpty ? start : start + Self.gap + painted(reason, row.service)]
        }
        if row.service.needsAttention || columns - used < 12 {
            return [start] + below(reason, row.service, columns: columns)
        }
        return [start + Self.gap + painted(style.cut(reason, columns - used), row.service)]
    }

    private func below(_ reason: String, _ service: ServiceStatus, columns: Int) -> [String] {
        let indent = String(repeating: " ", count: 4)
        var parts = TextWidth.wrapped(reason, width: columns - indent.count)
        if !service.needsAttention {
            parts = [style.cut(reason, columns - indent.count)]
        } else if parts.count > Self.reasonLineLimit {
            let rest = parts[(Self.reasonLineLimit - 1)...].joined(separator: " ")
            parts = parts.prefix(Self.reasonLineLimit - 1) + [style.cut(rest, columns - indent.count)]
        }
        return parts.map { indent + painted($0, service) }
    }

    private func painted(_ reason: String, _ service: ServiceStatus) -> String {
        style.paint(reason, service.needsAttention ? service.look?.tone ?? .warning : .faint)
    }

    /// Numbers stand to the right of their column.
    private func aligned(_ text: String, _ column: Int) -> String {
        column == 3 || column == 4
            ? TextWidth.paddedLeft(text, widths[column]) : TextWidth.padded(text, widths[column])
    }
}
