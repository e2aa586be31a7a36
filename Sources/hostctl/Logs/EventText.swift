// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// How events are shown: time, whom, what, why, in columns that only grow from page to page.
struct EventText {
    let style: Style
    private var nameWidth = 0
    private var kindWidth = 0

    init(style: Style) {
        self.style = style
    }

    /// A page of events.
    mutating func lines(_ events: [EventRecord]) -> [String] {
        for event in events {
            nameWidth = max(nameWidth, TextWidth.of(name(event)))
            kindWidth = max(kindWidth, TextWidth.of(kind(event)))
        }
        return events.map(line)
    }

    private func line(_ event: EventRecord) -> String {
        let reason = CleanText.of(event.reason.isEmpty ? event.text : event.reason)
        let kind = kind(event)
        let width = reason.isEmpty ? 0 : kindWidth
        let parts = [
            style.paint(TimeText.local(event.at), .faint), TextWidth.padded(name(event), nameWidth),
            style.paint(TextWidth.padded(kind, width), tone(event)),
        ]
        return (reason.isEmpty ? parts : parts + [reason]).joined(separator: "  ")
    }

    private func name(_ event: EventRecord) -> String {
        CleanText.of(event.service ?? event.kind.split(separator: ".").first.map(String.init) ?? "host")
    }

    /// `ready` of `service.ready`.
    private func kind(_ event: EventRecord) -> String {
        let parts = event.kind.split(separator: ".", maxSplits: 1)
        return CleanText.of(parts.count == 2 ? String(parts[1]) : event.kind)
    }

    private func tone(_ event: EventRecord) -> Style.Tone? {
        let kind = kind(event)
        if let look = StateLook(rawValue: kind) { return look.tone }
        return ["exited", "keeper_lost", "launch_failed", "killing", "critical"].contains(kind) ? .bad : nil
    }
}
