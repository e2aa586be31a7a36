// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What is on the disk of a host whose policy is swapped: it outlives every crash.
struct PolicyStore {
    /// The accepted generations, the first one at index 0.
    private(set) var generations: [PolicyGeneration] = []
    private(set) var audit: [PolicyAudit] = []
    /// Which generation each target has, as far as was written down.
    var applied: [String: Int64] = [:]
    /// The snapshots of the rollouts by tier.
    var rollouts: [String: String] = [:]

    var newest: PolicyGeneration? { generations.last }

    /// One transaction.
    mutating func commit(_ generation: PolicyGeneration, _ row: PolicyAudit) {
        generations.append(generation)
        audit.append(row)
    }

    func generation(_ number: Int64) -> PolicyGeneration? {
        generations.first { $0.number == number }
    }

    /// What is wrong with the audit; nil: nothing.
    var gap: String? {
        for (index, row) in audit.enumerated() {
            let number = Int64(index) + 1
            // A generation that could not be written down may cost a number, but none is given twice.
            guard row.generation == generations[index].number,
                row.generation > (index > 0 ? audit[index - 1].generation : 0)
            else { return "row \(number) of the audit is of generation \(row.generation)" }
            guard row.digestBefore == (index > 0 ? audit[index - 1].digest : nil) else {
                return "row \(number) of the audit does not follow the one before it"
            }
        }
        return nil
    }
}
