// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// How far the trial of a candidate is, and how that looks.
enum TrialLook: String {
    case trying, held, promoted, rolledBack, inconclusive

    var word: String { self == .rolledBack ? "rolled back" : rawValue }

    var tone: Style.Tone {
        switch self {
        case .trying: .moving
        case .held: .warning
        case .promoted: .good
        case .rolledBack: .bad
        case .inconclusive: .faint
        }
    }

    func symbol(_ style: Style) -> String {
        switch self {
        case .trying: style.hasSymbols ? "◐" : "~"
        case .held: style.hasSymbols ? "▲" : "!"
        case .promoted: style.hasSymbols ? "✔" : "+"
        case .rolledBack: style.hasSymbols ? "✖" : "x"
        case .inconclusive: style.hasSymbols ? "○" : "-"
        }
    }
}

extension ModelsStatus.Trial {
    /// How it looks; nil for a phase of a newer hostd.
    var look: TrialLook? { TrialLook(rawValue: phase) }

    /// Its phase in words.
    var word: String { look?.word ?? CleanText.of(phase) }

    /// What a person can do about it; nil where nothing is to be done.
    func advice(tier: String) -> String? {
        guard look == .held else { return nil }
        let tier = CleanText.of(tier)
        let what =
            promote == "golden"
            ? "hostctl model validate \(CleanText.of(model)) has it pass the golden jobs"
            : "hostctl model promote \(tier) makes it the model of \(tier)"
        return "\(what), hostctl model rollback --candidate \(tier) ends the trial"
    }
}
