// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostWire

/// Requests about golden jobs.
extension Supervisor {
    /// `POST /v1/models/validate`: answered when the run is on the disk.
    func answerValidate(_ call: ControlCall) {
        do throws(JSONError) {
            let request = try GoldenRequest(json: try JSON(parsing: call.request.body))
            whenJobsAreThere(call) {
                self.validate(request) { outcome in
                    switch outcome {
                    case .success(let run): call.responder.finish(status: 202, json: ["run": .string(run)])
                    case .failure(let error): call.refuse(error.status, error.description, hint: error.hint)
                    }
                }
            }
        } catch {
            call.refuse(400, "the body is no request to validate: \(error)", hint: "{\"tier\": \"agent\"} is")
        }
    }

    /// `GET /v1/models/validate`: the newest run of each tier, or of the one that is asked for.
    func answerValidation(_ call: ControlCall) {
        whenJobsAreThere(call) {
            self.whenGoldenIsThere {
                let tier = call.request.query["tier"]
                let runs = self.golden.runs.sorted { $0.key < $1.key }.filter { tier == nil || $0.key == tier }
                call.finish(GoldenList(runs: runs.map { self.status(of: $0.value.machine) }).json)
            }
        }
    }

    private func status(of machine: GoldenMachine) -> GoldenStatus {
        let run = machine.run
        let items = (0..<run.count).map(machine.item)
        func arm(_ arm: GoldenMachine.Arm, _ model: String) -> GoldenStatus.Arm {
            let counts = machine.counts(arm)
            let interval = WilsonBound.interval(counts)
            var shown = GoldenStatus.Arm(model: model)
            shown.done = items.count { $0.arm == arm && machine.outcome(of: $0) != nil }
            (shown.counted, shown.failures) = (counts.total, counts.failures)
            shown.rate = counts.total > 0 ? counts.rate : nil
            (shown.low, shown.high) = (interval.lowerBound, interval.upperBound)
            return shown
        }
        var status = GoldenStatus(
            run: run.name, tier: run.tier, rounds: run.rounds,
            startedAt: WallTime(milliseconds: run.startedMilliseconds), stable: arm(.stable, run.stable),
            candidate: arm(.candidate, run.candidate))
        status.reason = machine.figures
        // A run is over when that was told to whoever promotes.
        if let ended = machine.endedMilliseconds {
            let verdict = machine.verdict
            status.state = verdict.hasPassed ? "passed" : "failed"
            status.reason = verdict.words
            status.endedAt = WallTime(milliseconds: ended)
        }
        status.jobs = items.map { job($0, machine) }
        return status
    }

    private func job(_ item: GoldenMachine.Item, _ machine: GoldenMachine) -> GoldenStatus.Job {
        var job = GoldenStatus.Job(spec: item.spec, arm: item.arm.rawValue, round: item.round)
        let id = machine.job(of: item)
        job.id = id?.number
        switch machine.outcome(of: item) {
        case .succeeded?: job.state = "succeeded"
        case .failed(let why)?: (job.state, job.reason) = ("failed", why)
        case .refused(let why)?: (job.state, job.reason) = ("refused", why)
        case .void(let why)?: (job.state, job.reason) = ("void", why)
        case nil:
            guard let shown = id.flatMap({ jobs.board.jobs[$0]?.shown(jobClock) }) else { break }
            (job.state, job.reason) = (shown.phase.rawValue, shown.reason)
        }
        return job
    }
}
