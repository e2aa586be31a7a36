// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// One line on the terminal behind stderr that says how far services are; nothing where stderr is no terminal.
final class ProgressLine {
    private static let silentAtFirst: Duration = .seconds(1)
    private static let rewind = "\r\u{1B}[K"

    private let names: [String]
    private let client: ControlClient
    private let style: Style
    private let start = Clock.now
    private let isWanted: Bool
    private var shown: String?

    /// A line about one service, or about several: then it says in which states they are.
    init(_ session: Session, of names: [String]) {
        self.names = names
        style = Style(of: 2, isPlain: session.request.has(.noColor))
        isWanted = style.isTerminal && Places.variable("TERM") != "dumb"
        var client = session.client
        client.patience = .seconds(1)
        self.client = client
    }

    /// Asks how far it is and shows that, once it takes long enough for a person to wonder.
    func show() {
        guard isLate, let text = names.count == 1 ? one(names[0]) : several() else { return }
        say("\(text.state), \(timeSoFar)\(text.reason)")
    }

    /// Shows `text` and how long it has taken, once that is long enough for a person to wonder.
    func show(_ text: @autoclosure () -> String) {
        if isLate { say("\(text()), \(timeSoFar)") }
    }

    /// Shows `text`.
    func say(_ text: String) {
        guard isWanted else { return }
        let line = style.cut(CleanText.of(text), (style.columns ?? 80) - 1)
        if line != shown { write(Self.rewind + line) }
        shown = line
    }

    /// Makes room for what is said next.
    func clear() {
        if shown != nil { write(Self.rewind) }
        shown = nil
    }

    private var isLate: Bool { isWanted && Clock.now - start > Self.silentAtFirst }

    private var timeSoFar: String {
        TimeText.span(milliseconds: (Clock.now - start).nanoseconds / 1_000_000) + " so far"
    }

    private func one(_ name: String) -> (state: String, reason: String)? {
        guard let service = try? client.get(.service(name), as: ServiceStatus.init(json:)) else { return nil }
        return ("\(name): \(service.state)", service.reason.isEmpty ? "" : ": \(service.reason)")
    }

    private func several() -> (state: String, reason: String)? {
        guard let list = try? Selection.list(client) else { return nil }
        let wanted = Set(names)
        var counts: [String: Int] = [:]
        for service in list where wanted.contains(service.name) { counts[service.state, default: 0] += 1 }
        let states = StateLook.allCases.compactMap { look in counts[look.rawValue].map { "\($0) \(look.rawValue)" } }
        return ("\(names.count) services: " + states.joined(separator: ", "), "")
    }

    private func write(_ text: String) {
        try? StandardDescriptors.write(Array(text.utf8), to: 2)
    }
}
