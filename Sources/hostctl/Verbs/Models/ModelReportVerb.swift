// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model report`
enum ModelReportVerb {
    private static let usualDays = 7
    private static let dayLimit = 366

    static let verb = Verb(
        name: "model report",
        summary: "what each model did and cost, beside the span before",
        details: [
            "Of the attempts of jobs that ended in the last 7 days, --days, or from --since to --until: the tokens of "
                + "each model, what they cost by the prices of the policy in force, and its share of all tokens beside "
                + "its share of all dollars. CHANGE compares with the span of the same length before. A model whose "
                + "share of the money is more than three times its share of the tokens is named.",
            "BLAMED are the failures that the model is at fault for: no outage, reboot or full disk. Below: which "
                + "service was launched with which model.",
            "--csv prints one model a line for a spreadsheet, without the services; the columns before_… are the span "
                + "before. --json prints what hostd says, unchanged.",
        ],
        sample: [
            "$ hostctl model report",
            "2026-11-18 17:40:12 to 2026-11-25 17:40:12, beside the 7d before",
            "",
            "  MODEL                            IN    OUT  CHANGE    SPEND  CHANGE  OF TOKENS  OF SPEND",
            "  deepseek/deepseek-v4-flash   412.0M  38.1M   +12 %   $68.35   +12 %     95.7 %    39.0 %",
            "  anthropic/claude-sonnet-4.6   16.2M   3.9M     x14  $107.10     x14      4.3 %    61.0 %",
            "  all                          428.2M  42.0M   +17 %  $175.45  +155 %",
            "anthropic/claude-sonnet-4.6 takes 61.0 % of the money for 4.3 % of the tokens, 14.3 times its share",
            "",
            "  MODEL                        JOBS  ATTEMPTS  FAILED  BLAMED  TOOL CALLS  FAILED  TIERS",
            "  deepseek/deepseek-v4-flash   1210      1322     118      61       40112     203  agent",
            "  anthropic/claude-sonnet-4.6    31        33       2       1         980       4  reasoning",
        ],
        options: [.days, .since, .until, .csv],
        examples: [
            .init("hostctl model report", "this week beside the last"),
            .init("hostctl model report --days 30 --csv > november.csv", "a month, for finance"),
            .init("hostctl model report --since '2026-11-02' --until '2026-11-09'", "a week of the past"),
        ],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let request = session.request
            guard !request.has(.csv) || !session.wantsJSON else { throw .usage("give one of --csv and --json") }
            let answer: ControlClient.Answer
            do throws(Failure) {
                answer = try session.client.get(try target(session))
            } catch {
                throw session.client.tooOld(error, for: "model report")
            }
            if session.wantsJSON {
                session.out.json(answer.bytes)
                return .fine
            }
            let report = try session.client.read(answer.json, as: ModelReport.init(json:))
            session.out.lines(
                request.has(.csv)
                    ? ModelReportTable(report: report).lines()
                    : ModelReportText(report: report, style: session.style).lines())
            return .fine
        })

    private static func target(_ session: Session) throws(Failure) -> Target {
        let request = session.request
        guard let from = try request.point(.since, now: session.now) else {
            guard !request.has(.until) else { throw .usage("--until needs --since, which says where the span begins") }
            let days = try request.count(.days) ?? usualDays
            guard (1...dayLimit).contains(days) else { throw .usage("--days is \(days) (1 to \(dayLimit))") }
            return .modelReport(days: days)
        }
        guard !request.has(.days) else { throw .usage("--days and --since both say where the span begins (give one)") }
        let to = try request.point(.until, now: session.now) ?? session.now
        guard from < to else { throw .usage("--since is not before --until: \(from) and \(to)") }
        return .modelReport(from: from, to: to)
    }
}
