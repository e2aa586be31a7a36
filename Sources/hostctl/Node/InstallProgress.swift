// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostWire

/// Says on stderr how far an installation is: a bar that moves on a terminal, a line now and then elsewhere.
final class InstallProgress {
    private static let rewind = "\r\u{1B}[K"
    /// A terminal is written to at most so often.
    private static let pause: Duration = .milliseconds(100)

    private let session: Session
    private let style: Style
    private let isMoving: Bool
    private let start = Clock.now
    private var firstBytes: Int64?
    private var shownAt: Instant?
    private var saidQuarter: Int64 = -1
    private var isLineOpen = false

    init(_ session: Session) {
        self.session = session
        style = Style(of: 2, isPlain: session.request.has(.noColor))
        isMoving = style.isTerminal && Places.variable("TERM") != "dumb"
    }

    /// Says a step.
    func tell(_ step: NodeInstaller.Step) {
        switch step {
        case .note(let text): note(text)
        case .download(let name, let doneBytes, let totalBytes):
            if firstBytes == nil { begin(name, doneBytes, totalBytes) }
            if isMoving {
                move(name, doneBytes, totalBytes)
            } else if let totalBytes, totalBytes > 0 {
                sayQuarter(doneBytes, totalBytes)
            }
        }
    }

    /// Makes room for what is said next.
    func clear() {
        if isLineOpen { write(Self.rewind) }
        isLineOpen = false
    }

    private func note(_ text: String) {
        clear()
        session.sayError(CleanText.of(text))
    }

    private func begin(_ name: String, _ doneBytes: Int64, _ totalBytes: Int64?) {
        firstBytes = doneBytes
        let size = totalBytes.map { ", \(Self.text($0))" } ?? ""
        let rest = doneBytes > 0 ? ", going on after \(Self.text(doneBytes))" : ""
        if !isMoving || doneBytes > 0 { note("downloading \(name)\(size)\(rest)") }
    }

    private func sayQuarter(_ doneBytes: Int64, _ totalBytes: Int64) {
        let quarter = doneBytes * 4 / totalBytes
        if quarter > saidQuarter, quarter > 0 { note("\(quarter * 25)% of \(Self.text(totalBytes))") }
        saidQuarter = quarter
    }

    private func move(_ name: String, _ doneBytes: Int64, _ totalBytes: Int64?) {
        let now = Clock.now
        let isComplete = doneBytes == totalBytes
        if let shownAt, !isComplete, now - shownAt < Self.pause { return }
        shownAt = now
        let spent = max((now - start).nanoseconds / 1_000_000, 1)
        let rate = "\(Self.text((doneBytes - (firstBytes ?? 0)) * 1000 / spent))/s"
        var text = "\(name)  \(Self.text(doneBytes))"
        if let totalBytes, totalBytes > 0 {
            let bar = ProgressBar.text(Double(doneBytes) / Double(totalBytes), style)
            text = "\(name)  \(bar) of \(Self.text(totalBytes))"
        }
        write(Self.rewind + style.cut(text + "  " + rate, (style.columns ?? 80) - 1))
        isLineOpen = true
    }

    private static func text(_ bytes: Int64) -> String { ByteText.text(UInt64(max(bytes, 0))) }

    private func write(_ text: String) {
        session.out.flush()
        try? StandardDescriptors.write(Array(text.utf8), to: 2)
    }
}
