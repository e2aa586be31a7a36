// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

extension JobPhase {
    /// Those of jobs that are over.
    static let final = Set(allCases.filter(\.isFinal))
    /// Those of jobs that are not.
    static let open = Set(allCases).subtracting(final)

    /// How it looks.
    var tone: Style.Tone {
        switch self {
        case .succeeded: .good
        case .running: .moving
        case .waiting, .stalled: .warning
        case .held, .failed: .bad
        case .queued, .cancelled: .faint
        }
    }

    /// Its symbol.
    func symbol(_ style: Style) -> String {
        switch self {
        case .succeeded: style.hasSymbols ? "✔" : "+"
        case .running: style.hasSymbols ? "●" : "*"
        case .waiting: style.hasSymbols ? "◐" : "~"
        case .stalled: style.hasSymbols ? "▲" : "!"
        case .held, .failed: style.hasSymbols ? "✖" : "x"
        case .queued, .cancelled: style.hasSymbols ? "○" : "-"
        }
    }

    /// Whether a person should know why.
    var isLoud: Bool {
        switch self {
        case .stalled, .held, .failed: true
        case .queued, .waiting, .running, .succeeded, .cancelled: false
        }
    }
}

extension JobBrief {
    /// Its state; nil for one of a newer hostd.
    var phase: JobPhase? { JobPhase(rawValue: state) }

    /// The colour of its state.
    var tone: Style.Tone { phase?.tone ?? .warning }

    /// The symbol of its state, in its colour.
    func mark(_ style: Style) -> String { style.paint(phase?.symbol(style) ?? "?", tone) }
}

extension JobBrief.Progress {
    /// "80/200 tests", as the job says it.
    var shown: String { CleanText.of(JobProgress(done: done, total: total, text: text).shown) }

    /// How much is done, from 0 to 1; nil where no total is known.
    var share: Double? {
        guard let done, let total, total > 0 else { return nil }
        return min(max(done / total, 0), 1)
    }

    /// "███░░░ 40%  80/200 tests", or what there is of it.
    func bar(_ style: Style) -> String {
        [share.map { ProgressBar.text($0, style) } ?? "", shown].filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
