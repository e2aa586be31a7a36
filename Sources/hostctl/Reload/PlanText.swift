// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What a reload changes, one service a line: `restart  gateway  command, env.FOO  (reason)`.
struct PlanText {
    let answer: ReloadAnswer
    let style: Style

    /// The changes, or a word that there are none.
    func lines() -> [String] {
        guard !answer.changes.isEmpty else { return ["nothing changes"] }
        let actionWidth = answer.changes.map { TextWidth.of($0.action) }.max() ?? 0
        let nameWidth = answer.changes.map { TextWidth.of(CleanText.of($0.service)) }.max() ?? 0
        return answer.changes.map { change in
            let action = TextWidth.padded(CleanText.of(change.action), actionWidth)
            let name = TextWidth.padded(CleanText.of(change.service), nameWidth)
            let line = style.paint(action, Self.tone(change.action)) + "  " + name + "  " + why(change)
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.endIndex)])
        }
    }

    /// What is wrong with the configuration.
    func errorLines() -> [String] {
        answer.errors.map { ErrorList.painted($0, style) }
    }

    private func why(_ change: ReloadAnswer.Change) -> String {
        let keys = change.keys.map(CleanText.of).joined(separator: ", ")
        let reason = CleanText.of(change.reason)
        if keys.isEmpty { return reason }
        // That a key has changed is what its name says here.
        return reason.isEmpty || reason == keys + " changed" ? keys : "\(keys)  (\(reason))"
    }

    private static func tone(_ action: String) -> Style.Tone? {
        switch action {
        case "start": .good
        case "stop": .bad
        case "restart": .warning
        default: nil
        }
    }
}
