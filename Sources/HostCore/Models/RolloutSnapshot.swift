// SPDX-License-Identifier: Apache-2.0

extension RolloutMachine {
    /// All that outlives hostd; what the policy says is not in it, and is told again by `configured`.
    public var snapshot: String {
        var fields = FieldText()
        fields["phase"] = phase.rawValue
        fields["reason"] = reason
        fields["since"] = "\(since)"
        fields["candidate"] = candidate
        fields["stable"] = stable
        fields["generation"] = "\(generation)"
        fields["drawn"] = "\(drawn)"
        fields["stable_arm"] = stableArm.text
        fields["gray_arm"] = grayArm.text
        fields["refused"] = refusedJobs.map(\.description).joined(separator: " ")
        for (index, entry) in blocked.sorted(by: { $0.key < $1.key }).enumerated() {
            fields["blocked.\(index).model"] = entry.key
            fields["blocked.\(index).until"] = "\(entry.value)"
        }
        return fields.text
    }

    /// The machine that wrote this snapshot; nil when it is torn or none.
    public init?(snapshot: String, rules: RolloutRules = RolloutRules()) {
        guard let fields = FieldText(parsing: snapshot), let phase = fields["phase"].flatMap(Phase.init),
            let since = fields.integer("since", as: Int64.self), let stable = fields["stable"],
            let generation = fields.integer("generation", as: Int64.self),
            let drawn = fields.integer("drawn", as: UInt64.self),
            let stableArm = fields["stable_arm"].flatMap(RolloutArm.init(parsing:)),
            let grayArm = fields["gray_arm"].flatMap(RolloutArm.init(parsing:))
        else { return nil }
        self.init(rules: rules)
        self.phase = phase
        reason = fields["reason"] ?? ""
        self.since = since
        candidate = fields["candidate"]
        self.stable = stable
        self.generation = generation
        self.drawn = drawn
        self.stableArm = stableArm
        self.grayArm = grayArm
        refusedJobs = (fields["refused"] ?? "").split(separator: " ").compactMap { JobID(text: String($0)) }
        for index in 0..<Self.blockedLimit {
            guard let model = fields["blocked.\(index).model"],
                let until = fields.integer("blocked.\(index).until", as: Int64.self)
            else { break }
            blocked[model] = until
        }
    }
}
