// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostctl model validate [MODEL]`
enum ModelValidateVerb {
    static let verb = Verb(
        name: "model validate", operands: [.modelOrNone],
        summary: "run the golden jobs through a candidate and the tier's model, side by side",
        details: [
            "Each file that [golden] of the policy names is a job, as hostctl job submit --file takes it. All of them "
                + "are run through the tier's model and the candidate in turn, as ordinary jobs, --rounds times. "
                + "Without MODEL it is the candidate that the tier has on trial.",
            "The candidate has passed when it was not refused and failed no more jobs than the tier's model did. What "
                + "of that may be chance is shown by Wilson's interval at 95 %: few jobs say little. A pair of which "
                + "one job was cancelled is left out.",
            "Waits until all are over, or for --timeout; hostd goes on in any case, also over its own restarts, and "
                + "the same command waits for the run that is under way.",
            "--json prints {\"run\", \"state\", \"reason\", \"stable\": {\"model\", \"failures\", \"counted\", "
                + "\"rate\", \"low\", \"high\"}, \"candidate\": {…}, \"jobs\": [{\"spec\", \"arm\", \"round\", "
                + "\"id\", \"state\", \"reason\"}], …}.",
        ],
        sample: [
            "$ hostctl model validate tencent/hy3-preview --tier agent --rounds 3",
            "run agent-4: 12 jobs",
            "job 52, flaky-test by the candidate in round 2: failed: exit 1 after 3m 2s",
            "  candidate  tencent/hy3-preview: 1 of 6 (16.7 %, 3.0 % to 56.4 % at 95 %) failed",
            "     stable  deepseek/deepseek-v4-flash: 0 of 6 (0.0 %, 0.0 % to 39.0 % at 95 %) failed",
            "not passed: it failed more jobs than the tier's model",
        ],
        options: [.tier, .rounds, .noWait],
        examples: [
            .init("hostctl model validate --tier agent", "the candidate that is on trial"),
            .init("hostctl model validate tencent/hy3-preview --tier agent --rounds 5", "another, five times each job"),
        ],
        exitCodes: [
            .failed: "the candidate has not passed, or the jobs were not over in time",
            .noSuchName: "there is no such tier",
        ],
        run: { session throws(Failure) in
            guard let tier = session.request.value(.tier) else {
                throw .usage("model validate needs --tier TIER (hostctl model show lists them)")
            }
            let rounds = try session.request.count(.rounds) ?? 1
            let request = GoldenRequest(tier: tier, candidate: session.request.words.first, rounds: rounds)
            let run = try start(request, session)
            guard !session.request.has(.noWait) else {
                let json: JSON = ["run": .string(run)]
                if session.wantsJSON { session.out.json(json.bytes) } else { session.out.line("run \(run)") }
                return .fine
            }
            var wait = GoldenWait(run, tier: tier, session: session)
            return try wait.run()
        })

    private static func start(_ request: GoldenRequest, _ session: Session) throws(Failure) -> String {
        var client = session.client
        // --timeout is for the run.
        client.patience = session.request.verb.patience
        let teller = "the same command"
        let answer = try client.post(
            .validate, body: request.json.bytes, teller: teller, telling: [202])
        guard let answer else {
            throw Failure(.unreachable, "hostd has not answered (\(teller) waits for the run if there is one)")
        }
        guard let run = answer.json["run"]?.text else {
            throw Failure(.failed, "hostd has not said what the run is called")
        }
        return run
    }
}

extension Target {
    fileprivate static let validate = Target(["models", "validate"])

    fileprivate static func validation(of tier: String) -> Target { Target(["models", "validate"], [("tier", tier)]) }
}

extension CommandOption {
    static let rounds = CommandOption("rounds", value: "N", "run each job N times by each model; once unless given")
}

/// Waits for a run of golden jobs. A hostd that is away meanwhile is waited for.
private struct GoldenWait {
    private static let pauseMilliseconds: Int32 = 500

    let name: String
    let tier: String
    let session: Session
    private let progress: ProgressLine
    private let start = Clock.now
    private var isAway = false

    init(_ name: String, tier: String, session: Session) {
        (self.name, self.tier, self.session) = (name, tier, session)
        progress = ProgressLine(session, of: [])
    }

    mutating func run() throws(Failure) -> ExitCode {
        let limit = try session.request.time(.timeout)
        while true {
            if let answer = try ask() {
                let runs = try session.client.read(answer.json, as: GoldenList.init(json:)).runs
                guard let status = runs.first(where: { $0.run == name }) else {
                    throw Failure(.failed, "run \(name) is over, and another one has taken its place")
                }
                if status.state != "running" { return say(status) }
                let done = status.stable.done + status.candidate.done
                progress.show("run \(name): \(done) of \(status.jobs.count) jobs")
            }
            if let limit, Clock.now - start >= limit {
                progress.clear()
                let waited = TimeText.took(milliseconds: limit.seconds * 1000)
                throw Failure(.failed, "run \(name) is not over after \(waited) (it goes on: the same command waits)")
            }
            session.out.pause(milliseconds: Self.pauseMilliseconds)
        }
    }

    /// nil when hostd is away.
    private mutating func ask() throws(Failure) -> ControlClient.Answer? {
        do throws(Failure) {
            let answer = try session.client.get(.validation(of: tier))
            isAway = false
            return answer
        } catch {
            guard error.code == .unreachable else { throw error }
            if !isAway {
                progress.clear()
                session.complain("\(error.text); waiting for it to come back")
            }
            isAway = true
            return nil
        }
    }

    private func say(_ status: GoldenStatus) -> ExitCode {
        progress.clear()
        let code: ExitCode = status.state == "passed" ? .fine : .failed
        guard !session.wantsJSON else {
            session.out.json(status.json.bytes)
            return code
        }
        session.out.line("run \(name): \(status.jobs.count) jobs")
        for job in status.jobs where job.state != "succeeded" {
            let number = job.id.map { "job \($0)" } ?? "no job"
            let place = "\(job.spec) by the \(job.arm == "stable" ? "tier's model" : "candidate") in round \(job.round)"
            session.out.line(CleanText.of("\(number), \(place): \(job.state): \(job.reason)"))
        }
        for (label, arm) in [("candidate", status.candidate), ("stable", status.stable)] {
            let counts = RateCounts(failures: arm.failures, total: arm.counted)
            let text = CleanText.of("\(arm.model): \(counts.textWithInterval) failed")
            session.out.lines(PageField.lines(label, text, session.style))
        }
        // The figures stand above.
        let words = status.reason.lastIndex(of: ";").map { String(status.reason[..<$0]) } ?? status.reason
        session.out.line(session.style.paint(CleanText.of(words), code == .fine ? .good : .bad))
        return code
    }
}
