// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model plan`
enum ModelPlanVerb {
    static let verb = Verb(
        name: "model plan",
        summary: "what models.toml would change if it were taken over now",
        details: [
            "hostd reads models.toml as it is now and compares it with what is in force: what it says otherwise, which "
                + "services would be told or restarted, and which targets would be written anew. Nothing is changed by "
                + "it; attempts of jobs that are under way keep their models in any case.",
            "hostd takes an edit over by itself: there is something to see while the file is wrong, after a rollback, "
                + "or after a promotion.",
            "--json prints {\"generation\", \"errors\": [], \"changes\": [], \"services\": [], \"targets\": [], "
                + "\"jobs_under_way\"}.",
        ],
        sample: [
            "$ hostctl model plan",
            "1 thing changes (generation 7 is in force)",
            "  tier.agent.model: deepseek/deepseek-v4-flash → tencent/hy3-preview",
            "services",
            "  gateway: restart when drained (agent: deepseek/deepseek-v4-flash → tencent/hy3-preview)",
            "targets",
            "  models-file",
            "  openclaw",
            "2 attempts under way keep their models until the next one",
        ],
        examples: [
            .init("hostctl model plan", "what an edit would change"),
            .init("hostctl model plan --json | jq -r '.changes[]'", "the differences alone"),
        ],
        exitCodes: [.fine: "the file is right, whether something would change or not", .badFile: "it is wrong"],
        run: { session throws(Failure) in
            let answer: ControlClient.Answer
            do throws(Failure) {
                answer = try session.client.get(.policyPlan)
            } catch {
                throw session.client.tooOld(error, for: "model plan")
            }
            let plan = try session.client.read(answer.json, as: PolicyPlan.init(json:))
            let text = PolicyPlanText(plan: plan, style: session.style)
            if session.wantsJSON {
                session.out.json(answer.bytes)
            } else if plan.errors.isEmpty {
                session.out.lines(text.lines())
            } else {
                for line in text.errorLines() { session.sayError(line) }
            }
            return plan.errors.isEmpty ? .fine : .badFile
        })
}
