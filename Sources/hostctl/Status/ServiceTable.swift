// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Services in a table, each with its reason.
struct ServiceTable {
    private static let heads = ["NAME", "STATE", "SINCE", "PID", "RESTARTS", "REASON"]

    private let services: [ServiceStatus]
    private let style: Style
    private let now: WallTime

    init(_ services: [ServiceStatus], style: Style, now: WallTime) {
        self.services = services
        self.style = style
        self.now = now
    }

    func lines() -> [String] {
        ReasonTable(Self.heads, numbers: [3, 4], rows: services.map(row), style: style).lines()
    }

    private func row(_ service: ServiceStatus) -> ReasonTable.Row {
        let tone = service.look?.tone ?? .warning
        let rest: Style.Tone? = service.look == .stopped ? .faint : nil
        return ReasonTable.Row(
            mark: service.mark(style),
            cells: [
                (CleanText.of(service.name), service.look == .stopped ? .faint : .strong),
                (CleanText.of(service.state), tone), (TimeText.relative(service.since, to: now), rest),
                (service.pid.map { "\($0)" } ?? "-", rest), ("\(service.restarts)", rest),
            ],
            reason: CleanText.of(service.reason), tone: service.needsAttention ? tone : .faint,
            isLoud: service.needsAttention)
    }
}
