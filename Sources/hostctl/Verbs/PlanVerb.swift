// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl plan`
enum PlanVerb {
    static let verb = Verb(
        name: "plan",
        summary: "what a reload of the configuration would change, and why",
        details: [
            "hostd reads the files as they are now and compares them with what is in force. One line for each service "
                + "that would be touched: start, stop, restart, or apply (in place, without touching what runs), with "
                + "the keys that differ. Nothing is changed by it.",
            "--json prints {\"ok\", \"errors\": [], \"changes\": [{\"service\", \"action\", \"keys\", \"reason\"}]}.",
        ],
        sample: [
            "$ hostctl plan",
            "restart  gateway  command, env.FOO",
            "stop     batch    configured no more",
        ],
        examples: [
            .init("hostctl plan", "which services hostctl reload would touch"),
            .init("hostctl plan --json | jq -r '.changes[] | select(.action == \"restart\").service'", "what restarts"),
        ],
        exitCodes: [.fine: "the files are right, whether something would change or not", .badFile: "they have errors"],
        run: { session throws(Failure) in
            let answer: ControlClient.Answer
            do throws(Failure) {
                answer = try session.client.get(Target(["plan"]))
            } catch {
                throw session.client.tooOld(error, for: "plan")
            }
            let plan = try session.client.read(answer.json, as: ReloadAnswer.init(json:))
            return ReloadVerb.show(plan, answer, session) ? .fine : .badFile
        })
}
