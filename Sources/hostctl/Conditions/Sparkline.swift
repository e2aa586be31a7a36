// SPDX-License-Identifier: Apache-2.0

/// A figure over time in one line: one of eight blocks for each column, with scale and threshold.
struct Sparkline {
    /// Where a figure begins to be bad.
    enum Threshold {
        /// Bad when it is as high as this, or higher.
        case above(Double)
        /// Bad when it is as low as this, or lower.
        case below(Double)

        fileprivate func isPassed(by value: Double) -> Bool {
            switch self {
            case .above(let limit): value >= limit
            case .below(let limit): value <= limit
            }
        }
    }

    private static let blocks = Array("▁▂▃▄▅▆▇█")
    /// Beneath a column that is past the threshold.
    private static let mark: Character = "^"

    /// The figures of the columns, the oldest first; nil: nothing was seen.
    let values: [Double?]
    /// What the lowest block stands for.
    let low: Double
    /// What the highest block stands for.
    let high: Double
    /// Where the figure begins to be bad.
    let threshold: Threshold?

    /// A picture of `values`. Its scale goes from the least to the most of them, and takes in `including`.
    init(_ values: [Double?], including: [Double] = [], threshold: Threshold? = nil) {
        self.values = values
        self.threshold = threshold
        let all = values.compactMap(\.self) + including
        low = all.min() ?? 0
        high = all.max() ?? 0
    }

    /// The blocks; a space where nothing was seen.
    var text: String { String(values.map { $0.map(block) ?? " " }) }

    private func block(of value: Double) -> Character {
        guard high > low else { return Self.blocks[0] }
        let index = Int((value - low) / (high - low) * Double(Self.blocks.count))
        return Self.blocks[min(max(index, 0), Self.blocks.count - 1)]
    }

    /// A mark beneath each column that is past the threshold; empty when none is.
    var marks: String {
        let marks = values.map { isPast($0) ? Self.mark : " " }
        return String(marks.prefix((marks.lastIndex(of: Self.mark) ?? -1) + 1))
    }

    /// The blocks in colour: those past the threshold stand out.
    func painted(_ style: Style, _ tone: Style.Tone, past: Style.Tone = .bad) -> String {
        var result = ""
        var rest = values[...]
        while let first = rest.first {
            let isPast = isPast(first)
            let run = rest.prefix { self.isPast($0) == isPast }
            result += style.paint(String(run.map { $0.map(block) ?? " " }), isPast ? past : tone)
            rest = rest.dropFirst(run.count)
        }
        return result
    }

    private func isPast(_ value: Double?) -> Bool {
        guard let value, let threshold else { return false }
        return threshold.isPassed(by: value)
    }
}
