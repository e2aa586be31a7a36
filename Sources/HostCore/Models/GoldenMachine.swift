// SPDX-License-Identifier: Apache-2.0

/// Runs the golden jobs of a tier through its model and a candidate, in turn, as ordinary jobs, and says whether the
/// candidate passed. Pure: its snapshot is what outlives hostd, and the key of each job makes one job only.
///
/// The order is that of the jobs' numbers: the two models of a job stand side by side, the tier's own first, so that a
/// bad hour of a provider falls on both.
public struct GoldenMachine: Hashable, Sendable {
    /// Which model a job has.
    public enum Arm: String, Hashable, Sendable, CaseIterable {
        /// That of the tier.
        case stable
        /// The one that is to pass.
        case candidate
    }

    /// What is to be run.
    public struct Run: Hashable, Sendable {
        /// The tier.
        public var tier: String
        /// Counts the runs of the tier from 1.
        public var number: Int64
        /// The model of the tier.
        public var stable: String
        /// The one that is to pass.
        public var candidate: String
        /// The names of the jobs, each once.
        public var specs: [String]
        /// Each job is run so often by each model.
        public var rounds: Int
        /// When it began, milliseconds since 1970.
        public var startedMilliseconds: Int64

        /// A run.
        public init(
            tier: String, number: Int64, stable: String, candidate: String, specs: [String], rounds: Int,
            startedMilliseconds: Int64
        ) {
            (self.tier, self.number, self.stable, self.candidate) = (tier, number, stable, candidate)
            (self.specs, self.rounds, self.startedMilliseconds) = (specs, rounds, startedMilliseconds)
        }

        /// What it is called: `agent-3`.
        public var name: String { "\(tier)-\(number)" }
        /// How many jobs there are in all.
        public var count: Int { specs.count * rounds * 2 }
    }

    /// One job of a run.
    public struct Item: Hashable, Sendable {
        /// Its place in the order, from 0.
        public let index: Int
        /// The name of what is run.
        public let spec: String
        /// Which model it has.
        public let arm: Arm
        /// Which round it belongs to, from 1.
        public let round: Int
    }

    /// What became of a job.
    public enum Outcome: Hashable, Sendable {
        /// It is done.
        case succeeded
        /// It failed: why.
        case failed(String)
        /// It failed, and the provider refused the model or the key for it: what was said.
        case refused(String)
        /// It says nothing of its model: a person cancelled it, or it could not be submitted. Why.
        case void(String)
    }

    /// What happens.
    public enum Event: Hashable, Sendable {
        /// The job of this item is there, whether it was made now or before.
        case submitted(Item, JobID)
        /// It cannot be made: why.
        case unsubmittable(Item, String)
        /// An attempt of a job was refused by the provider: what was said. Comes before the job is over.
        case refused(JobID, String)
        /// A job is over, and why it ended so.
        case over(JobID, End, String)
        /// How it came out was told.
        case announced(at: Int64)
    }

    /// How a job ended.
    public enum End: Hashable, Sendable {
        case succeeded, failed, cancelled
    }

    /// What is to be done, in order.
    public enum Effect: Hashable, Sendable {
        /// Write the snapshot down, before anything that follows.
        case save
        /// See that there is a job of this item, and no second one; answered by `submitted` or `unsubmittable`.
        case submit(Item)
        /// All of it is over; answered by `announced`. It may come again after a crash.
        case ended(Verdict)
    }

    /// How it came out.
    public struct Verdict: Hashable, Sendable {
        /// The candidate may be promoted.
        public let hasPassed: Bool
        /// Why, with the figures.
        public let words: String
    }

    /// So many jobs may be named.
    public static let specLimit = 64
    /// So many pairs of jobs a run may have.
    public static let pairLimit = 500
    /// So many jobs are under way at a time: one of each model.
    public static let atOnce = 2
    /// Of words so many bytes are kept.
    static let wordLimit = 300

    /// What is run.
    public let run: Run
    /// Items before this one were submitted, or are being.
    public internal(set) var next = 0
    /// When it was over, milliseconds since 1970; nil while that was not told.
    public internal(set) var endedMilliseconds: Int64?
    var jobs: [Int: JobID] = [:]
    var outcomes: [Int: Outcome] = [:]
    /// Items of which an attempt was refused.
    var refusals: [Int: String] = [:]
    private var effects: [Effect] = []

    /// A run that has not begun; `resume` begins it. It has 1 to `specLimit` jobs and at most `pairLimit` pairs.
    public init(_ run: Run) {
        self.run = run
    }

    /// Begins, or goes on with what the snapshot says.
    public mutating func resume() -> [Effect] {
        defer { effects = [] }
        effects = next == 0 ? [.save] : []
        for index in 0..<next where outcomes[index] == nil { effects.append(.submit(item(index))) }
        goOn()
        return effects
    }

    /// Takes an event and says what is to be done.
    public mutating func handle(_ event: Event) -> [Effect] {
        defer { effects = [] }
        switch event {
        case .submitted(let item, let job):
            if outcomes[item.index] == nil { jobs[item.index] = job }
        case .unsubmittable(let item, let why): close(item.index, .void(AgentWords.cut(why, to: Self.wordLimit)))
        case .refused(let job, let words):
            guard let index = openIndex(of: job), refusals[index] == nil else { break }
            refusals[index] = AgentWords.cut(words, to: Self.wordLimit)
            effects.append(.save)
        case .over(let job, let end, let why):
            guard let index = openIndex(of: job) else { break }
            close(index, outcome(end, refusals[index], AgentWords.cut(why, to: Self.wordLimit)))
        case .announced(let now):
            guard isOver, endedMilliseconds == nil else { break }
            endedMilliseconds = now
            effects.append(.save)
        }
        return effects
    }

    /// The item at a place of the order.
    public func item(_ index: Int) -> Item {
        let pair = index / 2
        return Item(
            index: index, spec: run.specs[pair % run.specs.count], arm: index.isMultiple(of: 2) ? .stable : .candidate,
            round: pair / run.specs.count + 1)
    }

    /// The key that the job of an item is submitted with.
    public func key(of item: Item) -> String {
        "golden/\(run.name)/\(item.spec)/\(item.arm.rawValue)/\(item.round)"
    }

    /// The model that the job of an item has.
    public func model(of item: Item) -> String { item.arm == .stable ? run.stable : run.candidate }

    /// The job of an item; nil before it is there.
    public func job(of item: Item) -> JobID? { jobs[item.index] }

    /// What became of an item; nil before it is over.
    public func outcome(of item: Item) -> Outcome? { outcomes[item.index] }

    /// Whether all jobs are over.
    public var isOver: Bool { outcomes.count == run.count }

    private func openIndex(of job: JobID) -> Int? {
        jobs.first { $0.value == job && outcomes[$0.key] == nil }?.key
    }

    private func outcome(_ end: End, _ refusal: String?, _ why: String) -> Outcome {
        switch end {
        case .succeeded: .succeeded
        case .failed: refusal.map(Outcome.refused) ?? .failed(why)
        case .cancelled: .void(why)
        }
    }

    private mutating func close(_ index: Int, _ outcome: Outcome) {
        guard outcomes[index] == nil else { return }
        outcomes[index] = outcome
        refusals[index] = nil
        effects.append(.save)
        goOn()
    }

    /// Submits what there is room for, in order.
    private mutating func goOn() {
        while next < run.count, next - outcomes.count < Self.atOnce {
            effects.append(.submit(item(next)))
            next += 1
        }
        if isOver, endedMilliseconds == nil { effects.append(.ended(verdict)) }
    }
}
