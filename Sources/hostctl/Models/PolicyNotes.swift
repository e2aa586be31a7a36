// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// What a person may want to know of a policy that is right: nothing of it keeps it from being taken over.
enum PolicyNotes {
    /// One sentence each.
    static func of(_ policy: ModelPolicy) -> [String] {
        guard !policy.prices.isEmpty else {
            return ["there are no prices: hostctl model report counts tokens and no dollars (write [price.\"ID\"])"]
        }
        let tiers = policy.tiers.sorted { $0.key < $1.key }
        var seen: Set<String> = []
        let unpriced = tiers.flatMap { name, tier in
            [(tier.model, name), (tier.gray?.model ?? tier.model, name)]
        }.filter { policy.prices[$0.0] == nil && seen.insert($0.0).inserted }
        let used = Set(tiers.flatMap { [$0.value.model] + $0.value.fallback + [$0.value.gray?.model ?? ""] })
        return unpriced.map { model, tier in
            "\(model) of tier \(tier) has no price: hostctl model report cannot say what it costs (write "
                + "[price.\"\(model)\"])"
        }
            + policy.prices.keys.filter { !used.contains($0) }.sorted().map {
                "no tier names \($0), which has a price (leave it out, unless reports go back to when one did)"
            }
    }
}
