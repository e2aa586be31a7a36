// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model history`
enum ModelHistoryVerb {
    private static let usualCount = 20
    private static let largestPage = 200

    static let verb = Verb(
        name: "model history",
        summary: "who changed which models, when and why",
        details: [
            "The audit, the newest row first: each accepted policy, rollback and promotion, and what became of each "
                + "candidate, with who wanted it, the reason, and what was different. Nothing is ever taken out of it.",
            "Each row has a hash over itself and the row before. --verify has hostd compute them all anew: it names "
                + "the first row that is not as it was written, and the hash of the newest, which may be kept "
                + "elsewhere.",
            "--json prints {\"rows\": [{\"number\", \"at\", \"action\", \"generation\", \"by\", \"origin\", \"name\", "
                + "\"why\", \"digest\", \"digest_before\", \"changes\": [], \"hash\"}], \"verification\": {\"ok\", "
                + "\"rows\", \"head\", \"problem\"}}; verification is null without --verify.",
        ],
        sample: [
            "$ hostctl model history -n 2 --verify",
            "12  2026-11-25 17:40:12  generation 8  rolled back  by root  rollback to generation 6  2026-W20",
            "    loops on tool calls",
            "    tier.agent.model: tencent/hy3-preview → deepseek/deepseek-v4-flash",
            "11  2026-11-25 09:02:11  generation 7  accepted  by root  2026-W21",
            "    tier.agent.model: deepseek/deepseek-v4-flash → tencent/hy3-preview",
            "the chain holds: 12 rows, the newest is 9c1d…",
        ],
        options: [.lines, .verify],
        examples: [
            .init("hostctl model history", "the last \(usualCount) rows"),
            .init("hostctl model history -n all --verify --json > audit.json", "all of it, for an auditor"),
        ],
        exitCodes: [.failed: "it did not work; with --verify, the chain is broken"],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let history = try read(try session.request.count(.lines) ?? usualCount, session)
            let verification = history.verification
            if session.wantsJSON {
                session.out.json(history.json.bytes)
            } else {
                session.out.lines(PolicyHistoryText(rows: history.rows, style: session.style).lines())
                if history.rows.isEmpty { session.out.line("no policy was ever accepted") }
            }
            guard session.request.has(.verify) else { return .fine }
            guard let verification else {
                throw Failure(.failed, "hostd at \(session.client.socket) did not look whether the chain holds")
            }
            return say(verification, session)
        })

    private static func read(_ wanted: Int, _ session: Session) throws(Failure) -> PolicyHistory {
        let first = Target.policyHistory(
            limit: min(max(wanted, 1), largestPage), verify: session.request.has(.verify))
        var history: PolicyHistory
        do throws(Failure) {
            history = try session.client.get(first, as: PolicyHistory.init(json:))
        } catch {
            throw session.client.tooOld(error, for: "model history")
        }
        history.rows = Array(history.rows.prefix(wanted))
        while history.rows.count < wanted, let last = history.rows.last, last.number > 1 {
            let target = Target.policyHistory(
                limit: min(wanted - history.rows.count, largestPage), before: last.number)
            // A row that does not come earlier would be asked for without end.
            let page = try session.client.get(target, as: PolicyHistory.init(json:)).rows
                .filter { $0.number < last.number }
            if page.isEmpty { break }
            history.rows += page
        }
        return history
    }

    private static func say(_ verification: PolicyHistory.Verification, _ session: Session) -> ExitCode {
        guard verification.ok else {
            session.complain("the chain is broken: \(CleanText.of(verification.problem))")
            return .failed
        }
        if !session.wantsJSON {
            let head = verification.head.map { ", the newest is \(CleanText.of($0))" } ?? ""
            let count = verification.rows == 1 ? "1 row" : "\(verification.rows) rows"
            session.out.line("\(session.style.paint("the chain holds", .good)): \(count)\(head)")
        }
        return .fine
    }
}
