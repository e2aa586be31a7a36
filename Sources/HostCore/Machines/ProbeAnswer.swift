// SPDX-License-Identifier: Apache-2.0

/// What one probe found.
public struct ProbeAnswer: Hashable, Sendable {
    /// Whether the instance answered as it should.
    public var ok: Bool
    /// What was seen, for people: "200 in 3 ms", "connection refused", "no answer in 3 s".
    public var seen: String
    /// How long it took.
    public var took: Duration
    /// A digest of what the instance said of itself; a startup answer with another one is progress.
    public var digest: UInt64
    /// False when hostd could not ask: then it says nothing of the instance.
    public var isVerdict: Bool

    /// hostd could not ask, for a reason of its own.
    public static func unasked(_ why: String, took: Duration = .zero) -> ProbeAnswer {
        var answer = ProbeAnswer(ok: false, seen: why, took: took)
        answer.isVerdict = false
        return answer
    }

    /// An answer.
    public init(ok: Bool, seen: String, took: Duration = .zero, digest: UInt64 = 0) {
        self.ok = ok
        self.seen = seen
        self.took = took
        self.digest = digest
        isVerdict = true
    }
}
