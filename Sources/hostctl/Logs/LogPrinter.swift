// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Writes log lines as the command line wants them.
struct LogPrinter {
    private let session: Session
    private let withTime: Bool
    /// The labels as they stand before lines; nil where there is only one name.
    private let shown: [String: String]?

    init(_ session: Session, labels: [String]) {
        self.session = session
        withTime = session.style.isTerminal || session.request.has(.timestamps)
        guard Set(labels.map { $0.prefix { $0 != "/" } }).count > 1 else {
            shown = nil
            return
        }
        let width = labels.map { TextWidth.of(CleanText.of($0)) }.max() ?? 0
        var shown: [String: String] = [:]
        for (index, label) in labels.enumerated() {
            shown[label] = session.style.paintName(TextWidth.padded(CleanText.of(label), width), index)
        }
        self.shown = shown
    }

    func show(_ line: LogLines.Line, of source: LogSource) {
        if session.wantsJSON {
            let json: JSON = [
                "service": .string(source.name), "stream": JSON(source.knownStream), "at": JSON(line.at?.text),
                "text": .string(line.text),
            ]
            return session.out.json(json.bytes)
        }
        session.out.line(
            LogText.line(line, name: shown?[source.label], style: session.style, withTime: withTime))
    }
}
