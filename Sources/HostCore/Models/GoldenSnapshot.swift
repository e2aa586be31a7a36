// SPDX-License-Identifier: Apache-2.0

extension GoldenMachine {
    /// All that outlives hostd.
    public var snapshot: String {
        var fields = FieldText()
        fields["tier"] = run.tier
        fields["number"] = "\(run.number)"
        fields["stable"] = run.stable
        fields["candidate"] = run.candidate
        fields["rounds"] = "\(run.rounds)"
        fields["started"] = "\(run.startedMilliseconds)"
        fields["ended"] = endedMilliseconds.map { "\($0)" }
        fields["next"] = "\(next)"
        for (index, spec) in run.specs.enumerated() { fields["spec.\(index)"] = spec }
        for (index, job) in jobs { fields["job.\(index)"] = job.description }
        for (index, words) in refusals { fields["refusal.\(index)"] = words }
        for (index, outcome) in outcomes { fields["outcome.\(index)"] = outcome.text }
        return fields.text
    }

    /// The machine that wrote this snapshot; nil when it is torn or none.
    public init?(snapshot: String) {
        guard let fields = FieldText(parsing: snapshot), let tier = fields["tier"],
            let number = fields.integer("number", as: Int64.self), let stable = fields["stable"],
            let candidate = fields["candidate"], let rounds = fields.integer("rounds", as: Int.self),
            let started = fields.integer("started", as: Int64.self), let next = fields.integer("next", as: Int.self)
        else { return nil }
        let specs = (0..<Self.specLimit).prefix { fields["spec.\($0)"] != nil }.compactMap { fields["spec.\($0)"] }
        guard !specs.isEmpty, (1...Self.pairLimit).contains(rounds), specs.count * rounds <= Self.pairLimit else {
            return nil
        }
        self.init(
            Run(
                tier: tier, number: number, stable: stable, candidate: candidate, specs: specs, rounds: rounds,
                startedMilliseconds: started))
        guard (0...run.count).contains(next) else { return nil }
        self.next = next
        endedMilliseconds = fields.integer("ended", as: Int64.self)
        for index in 0..<next {
            jobs[index] = fields["job.\(index)"].flatMap { JobID(text: $0) }
            refusals[index] = fields["refusal.\(index)"]
            guard let text = fields["outcome.\(index)"] else { continue }
            guard let outcome = Outcome(text: text) else { return nil }
            outcomes[index] = outcome
        }
    }
}

extension GoldenMachine.Outcome {
    /// `failed exit 1 after 2 s`
    fileprivate var text: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed(let why): "failed \(why)"
        case .refused(let why): "refused \(why)"
        case .void(let why): "void \(why)"
        }
    }

    /// Reads what `text` has written; nil for anything else.
    fileprivate init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("succeeded", 1): self = .succeeded
        case ("failed", 2): self = .failed(parts[1])
        case ("refused", 2): self = .refused(parts[1])
        case ("void", 2): self = .void(parts[1])
        default: return nil
        }
    }
}
