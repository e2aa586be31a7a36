// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization

/// A host with a policy, as hostd answers for it. At each look it is in the next of the states that a test has laid
/// out, and stays in the last.
final class ModelHost: Sendable {
    private let states: Mutex<[ModelsStatus]>
    private let plan: PolicyPlan
    private let replies: [String: Reply]

    /// `replies` are those to POSTs, by the last word of their path.
    init(
        _ states: ModelsStatus..., plan: PolicyPlan = PolicyPlan(generation: 7), replies: [String: Reply] = [:]
    ) {
        self.states = Mutex(states)
        self.plan = plan
        self.replies = replies
    }

    /// Answers a request.
    func answer(_ question: Question) -> Reply {
        let path = question.path.dropFirst()
        guard path.first == "models" else { return Samples.answering([])(question) }
        if question.method == "POST" {
            return replies[path.last ?? ""] ?? .error(404, "there is no \(path.last ?? "")")
        }
        switch path.last {
        case "models": return .json(next().json)
        case "plan": return .json(plan.json)
        case "history": return .json(Samples.history(question).json)
        default:
            if path.contains("generations"), path.last == "5" {
                return .json(["generation": 5, "text": "policy = \"2026-W20\"\n"])
            }
            return .error(404, "no generation \(path.last ?? "")", hint: "hostctl model history lists them")
        }
    }

    private func next() -> ModelsStatus {
        states.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }
}

extension Samples {
    /// A policy with two tiers, one of which tries a candidate; all is as it should be.
    static func models(generation: UInt64 = 7, file: String = "/etc/hostd/models.toml") -> ModelsStatus {
        var status = ModelsStatus(
            policy: PolicyStatus(
                name: "2026-W21", generation: generation, digest: "sha256:5f0c", appliedAt: ago(seconds: 7530)),
            file: ModelsStatus.FileStatus(path: file, state: "ok"))
        status.note = "V4-Flash leads the week"
        (status.origin, status.by) = ("file", "root")
        var agent = ModelsStatus.TierStatus(name: "agent", model: "deepseek/v4-flash")
        agent.fallback = ["tencent/hy3", "stepfun/step"]
        agent.gray = trial()
        var reasoning = ModelsStatus.TierStatus(name: "reasoning", model: "anthropic/sonnet")
        reasoning.allow = ["review"]
        status.tiers = [agent, reasoning]
        status.targets = [
            .init(name: "models-file", generation: Int64(generation), ok: true),
            .init(name: "openclaw", generation: Int64(generation), ok: true),
        ]
        status.services = [
            .init(name: "gateway", generation: 7, models: ["agent": "deepseek/v4-flash"], isPending: false)
        ]
        return status
    }

    static func trial(_ phase: String = "trying", reason: String = "", promote: String = "propose")
        -> ModelsStatus.Trial
    {
        var trial = ModelsStatus.Trial(model: "tencent/hy3", share: 0.05, promote: promote, phase: phase)
        (trial.failures, trial.jobs, trial.stableFailures, trial.stableJobs) = (3, 12, 4, 210)
        (trial.reason, trial.since) = (reason, ago(seconds: 7530))
        return trial
    }

    /// The same where openclaw has the generation before and says why.
    static func behind(generation: UInt64 = 7, reason: String = "exit 1 after 2.1 s") -> ModelsStatus {
        var status = models(generation: generation)
        status.targets[1] = .init(name: "openclaw", generation: Int64(generation) - 1, ok: false, reason: reason)
        return status
    }

    /// 250 rows, a generation each, as many of them as are asked for and no more than 200.
    static func history(_ question: Question) -> PolicyHistory {
        let first = min(question.value("before").flatMap { Int64($0) } ?? 251, 251) - 1
        let count = min(question.value("limit").flatMap { Int64($0) } ?? 10, 200, first)
        let rows = (0..<max(count, 0)).map { index -> PolicyHistory.Row in
            let number = first - index
            var row = PolicyHistory.Row(
                number: number, at: dawn, action: number == 250 ? "rolled_back" : "accepted", generation: number,
                by: "root")
            row.origin = number == 250 ? "rollback to generation 248" : "file"
            (row.name, row.why) = ("2026-W\(number)", number == 250 ? "loops on tool calls" : "")
            row.changes = ["tier.agent.model: a → b"]
            return row
        }
        let isWanted = question.value("verify") == "true"
        return PolicyHistory(
            rows: rows, verification: isWanted ? .init(ok: true, rows: 250, head: "9c1d") : nil)
    }
}
