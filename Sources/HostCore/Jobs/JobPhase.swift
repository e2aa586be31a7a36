// SPDX-License-Identifier: Apache-2.0

/// The name of a job's state, as users see it.
public enum JobPhase: String, Hashable, Sendable, CaseIterable {
    /// Waits for a free place.
    case queued
    /// Waits for a condition, another job, or the end of its back-off.
    case waiting
    /// An attempt is under way.
    case running
    /// An attempt was found to hang, and is being ended.
    case stalled
    /// Nothing happens until a person says so.
    case held
    case succeeded, failed, cancelled

    /// Nothing more happens to it, unless a person wants it tried anew.
    public var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled: true
        case .queued, .waiting, .running, .stalled, .held: false
        }
    }
}

/// How far a job is.
public struct JobProgress: Hashable, Sendable {
    /// What is done, in the job's own units.
    public var done: Double?
    /// What there is to do in all, in the same units.
    public var total: Double?
    /// In its own words.
    public var text: String

    /// Progress of `done` out of `total`.
    public init(done: Double? = nil, total: Double? = nil, text: String = "") {
        self.done = done
        self.total = total
        self.text = String(text.prefix(Self.textLimit))
    }

    /// Reads what a job says with `X_PROGRESS=`: `40/200`, `40/200 tests`, `20%`, `step 3`.
    public init(parsing text: String) {
        let clean = text.trimmingSpaces
        let first = clean.prefix { $0 != " " }
        let rest = String(clean.dropFirst(first.count)).trimmingSpaces
        let parts = first.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let done = Double(parts[0]), let total = Double(parts[1]), Self.fits(done, total) {
            self.init(done: done, total: total, text: rest)
        } else if first.hasSuffix("%"), let share = Double(first.dropLast()), Self.fits(share, 100) {
            self.init(done: share, total: 100, text: rest)
        } else if let done = Double(first), done.isFinite, done >= 0 {
            self.init(done: done, text: rest)
        } else {
            self.init(text: clean)
        }
    }

    /// No more characters of a text are kept.
    public static let textLimit = 200

    private static func fits(_ done: Double, _ total: Double) -> Bool {
        done.isFinite && total.isFinite && done >= 0 && total > 0 && done <= total
    }

    /// "40/200 tests", "20/100", "step 3".
    public var shown: String {
        let figures = [done, total].compactMap { $0 }.map(Self.figure).joined(separator: "/")
        return [figures, text].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func figure(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    var trimmingSpaces: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isSpace($0) }), let end = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[start...end])
    }
}
