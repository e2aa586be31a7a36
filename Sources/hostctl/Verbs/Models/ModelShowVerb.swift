// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model show [TIER…]`
enum ModelShowVerb {
    static let verb = Verb(
        name: "model show", operands: [.tiersOrNone],
        summary: "the policy in force: its models, what is tried, and how far it has got",
        details: [
            "Its name and generation, since when, whose and why; each tier with its model, what a gateway may take "
                + "instead, and who may use it; each candidate with its share of the jobs, and how many of its jobs "
                + "failed by the model's fault beside those of the stable model; which target has which generation, "
                + "and why one does not have this one; which service has which models. With TIERs, those alone.",
            "A service that is pending has other models than the policy says, until its next launch or what its "
                + "model_change says. Attempts of jobs keep the model that they began with.",
            "--generation N prints that policy whole, as models.toml. --json prints what hostd says, unchanged; of "
                + "TIERs as {\"tiers\": […]}.",
        ],
        sample: [
            "$ hostctl model show",
            "policy 2026-W21  generation 7  since 2026-11-25 09:02:11 (8h 38m ago)",
            "       note  DeepSeek-V4-Flash leads the week of 18-24 May",
            "       from  /etc/hostd/models.toml",
            "         by  root",
            "     digest  sha256:5f0c…",
            "",
            "  TIER       MODEL                        FALLBACK             FOR",
            "  agent      deepseek/deepseek-v4-flash   tencent/hy3-preview  all",
            "  reasoning  anthropic/claude-sonnet-4.6  -                    review",
            "",
            "  TIER   CANDIDATE            STATE   SHARE  FAILED            STABLE FAILED     SINCE   REASON",
            "◐ agent  tencent/hy3-preview  trying     5%  3 of 12 (25.0 %)  4 of 210 (1.9 %)  3h ago",
            "",
            "  TARGET       GENERATION  REASON",
            "● models-file           7",
            "✖ openclaw              6  openclaw config set: exit 1 after 2.1 s",
            "",
            "  SERVICE  GENERATION  MODELS                      STATE",
            "◐ gateway           6  agent: tencent/hy3-preview  pending",
        ],
        options: [.generation],
        examples: [
            .init("hostctl model show", "all of it"),
            .init("hostctl model show agent", "one tier and its candidate"),
            .init("hostctl model show --generation 5", "what was in force then, as TOML"),
            .init("hostctl model show --json | jq -r '.tiers[] | \"\\(.name) \\(.model)\"'", "for scripts"),
        ],
        exitCodes: [
            .attention:
                "models.toml is wrong or missing, its source is not to be had, or a target has another generation",
            .noSuchName: "there is no such tier, or no such generation",
        ],
        run: { session throws(Failure) in
            if let word = session.request.value(.generation) { return try generation(word, session) }
            let answer: ControlClient.Answer
            do throws(Failure) {
                answer = try session.client.get(.models)
            } catch {
                throw session.client.tooOld(error, for: "model")
            }
            let status = try session.client.read(answer.json, as: ModelsStatus.init(json:))
            guard session.request.words.isEmpty else { return try tiers(status, answer, session) }
            if session.wantsJSON {
                session.out.json(answer.bytes)
            } else {
                session.out.lines(ModelPage(status: status, style: session.style, now: session.now).lines())
            }
            return status.needsAttention ? .attention : .fine
        })

    private static func tiers(
        _ status: ModelsStatus, _ answer: ControlClient.Answer, _ session: Session
    ) throws(Failure) -> ExitCode {
        let names = status.tiers.map(\.name)
        let words = session.request.words
        if let unknown = words.first(where: { !names.contains($0) }) {
            let near = Nearest.to(unknown, among: names).map { "did you mean \(CleanText.of($0))?" }
            throw Failure(
                .noSuchName,
                "no tier \"\(CleanText.of(unknown))\" (\(near ?? "hostctl model show lists them"))")
        }
        if session.wantsJSON {
            let elements = answer.json["tiers"]?.elements ?? []
            let json: JSON = ["tiers": .array(elements.filter { $0["name"]?.text.map(words.contains) ?? false })]
            session.out.json(json.bytes)
        } else {
            let page = ModelPage(status: status, style: session.style, now: session.now)
            session.out.lines(page.lines(of: status.tiers.filter { words.contains($0.name) }))
        }
        return .fine
    }

    private static func generation(_ word: String, _ session: Session) throws(Failure) -> ExitCode {
        guard session.request.words.isEmpty else {
            throw .usage("--generation prints the policy whole (leave out \(CleanText.of(session.request.words[0])))")
        }
        let answer = try session.client.get(.generation(try ModelArguments.generation(word)))
        if session.wantsJSON {
            session.out.json(answer.bytes)
            return .fine
        }
        guard let text = answer.json["text"]?.text else {
            throw Failure(.failed, "hostd says nothing of what generation \(word) was")
        }
        session.out.line(text.hasSuffix("\n") ? text.dropLast() : text[...])
        return .fine
    }
}
