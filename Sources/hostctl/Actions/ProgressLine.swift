// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// One line on the terminal behind stderr that says how far a service is; nothing where stderr is no terminal.
final class ProgressLine {
    private static let silentAtFirst: Duration = .seconds(1)
    private static let rewind = "\r\u{1B}[K"

    private let name: String
    private let client: ControlClient
    private let style: Style
    private let start = Clock.now
    private let isWanted: Bool
    private var shown: String?

    init(_ session: Session, of name: String) {
        self.name = name
        style = Style(of: 2, isPlain: session.request.has(.noColor))
        isWanted = style.isTerminal && Places.variable("TERM") != "dumb"
        var client = session.client
        client.patience = .seconds(1)
        self.client = client
    }

    /// Asks how far it is and shows that, once it takes long enough for a person to wonder.
    func show() {
        let spent = Clock.now - start
        guard isWanted, spent > Self.silentAtFirst else { return }
        guard let service = try? client.get(.service(name), as: ServiceStatus.init(json:)) else { return }
        let time = TimeText.span(milliseconds: spent.nanoseconds / 1_000_000)
        let reason = service.reason.isEmpty ? "" : ": \(service.reason)"
        let text = style.cut(
            CleanText.of("\(name): \(service.state), \(time) so far\(reason)"), (style.columns ?? 80) - 1)
        if text != shown { write(Self.rewind + text) }
        shown = text
    }

    /// Makes room for what is said next.
    func clear() {
        if shown != nil { write(Self.rewind) }
        shown = nil
    }

    private func write(_ text: String) {
        try? StandardDescriptors.write(Array(text.utf8), to: 2)
    }
}
