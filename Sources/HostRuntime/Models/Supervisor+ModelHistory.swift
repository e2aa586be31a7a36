// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Answers about what was done with the models, and who said so.
extension Supervisor {
    /// What models cost, as the policy in force says.
    var modelPrices: [String: ModelPolicy.Price] { policy.inForce?.policy.prices ?? [:] }

    private static let historyLimit = 500
    /// So many rows are turned into JSON on the loop, more in a Worker.
    private static let quickLimit = 20
    /// The longest span of a report, in days.
    private static let reportLimit = 400

    /// `GET /v1/models/history`
    func answerModelHistory(_ call: ControlCall) {
        let limit: Int
        var before: Int64?
        do throws(ErrorAnswer) {
            limit = try call.request.number("limit", else: 100, 1...Self.historyLimit)
            if call.request.query["before"] != nil {
                before = Int64(try call.request.number("before", else: 1, 1...Int.max))
            }
        } catch {
            return call.refuse(400, error.error, hint: error.hint)
        }
        store.audit(before: before, limit: limit) { [weak self] rows in
            guard let self else { return }
            guard let rows else { return call.refuse(503, "the store cannot be read") }
            guard call.request.query["verify"] == "true" else { return self.answer(call, rows, nil) }
            self.store.verifyAudit { [weak self] found in
                switch found {
                case .success(let verification): self?.answer(call, rows, PolicyHistory.Verification(verification))
                case .failure(let error): call.refuse(503, "the store cannot be read: \(error)")
                }
            }
        }
    }

    private func answer(_ call: ControlCall, _ rows: [WrittenAudit], _ verification: PolicyHistory.Verification?) {
        let write = { @Sendable () -> [UInt8] in
            PolicyHistory(rows: rows.map(PolicyHistory.Row.init), verification: verification).json.bytes
        }
        if rows.count <= Self.quickLimit { return call.finish(json: write()) }
        files.submit(deadline: .seconds(10), write) { (outcome: WorkOutcome<[UInt8]>) in
            guard case .done(let json) = outcome else { return call.refuse(503, "too much else is being read") }
            call.finish(json: json)
        }
    }

    /// `GET /v1/models/generations/{generation}`
    func answerModelGeneration(_ call: ControlCall) {
        let text = call.parameters["generation"] ?? ""
        let hint = "hostctl model history names them"
        guard let number = Int64(text), number > 0 else {
            return call.refuse(404, "there is no generation \"\(text)\"", hint: hint)
        }
        store.policy(number) { found in
            switch found {
            case .success(let policy?): call.finish(policy.json)
            case .success(nil): call.refuse(404, "there is no generation \(number)", hint: hint)
            case .failure(let error): call.refuse(503, "the store cannot be read: \(error)")
            }
        }
    }

    /// `GET /v1/models/report`
    func answerModelReport(_ call: ControlCall) {
        let span: Range<Int64>
        do throws(ErrorAnswer) {
            span = try Self.span(call.request, now: Clock.wallMilliseconds)
        } catch {
            return call.refuse(400, error.error, hint: error.hint)
        }
        store.modelReport(span) { [weak self] found in
            guard let self else { return }
            switch found {
            case .success(let report): call.finish(ModelReport(report, span, prices: self.modelPrices).json)
            case .failure(let error): call.refuse(503, "the store cannot be read: \(error)")
            }
        }
    }

    /// From `from` to `to`, or the last `days` until now; a week where nothing is said.
    private static func span(_ request: ControlRequest, now: Int64) throws(ErrorAnswer) -> Range<Int64> {
        let day: Int64 = 24 * 3_600_000
        let from = try time("from", request)
        let to = try time("to", request)
        if from != nil || to != nil, request.query["days"] != nil {
            throw ErrorAnswer("days does not go with from and to", hint: "the one or the other")
        }
        let end = to ?? now
        let days = try request.number("days", else: 7, 1...reportLimit)
        let start = from ?? end - Int64(days) * day
        guard start < end, end - start <= Int64(reportLimit) * day else {
            let shown = "\(WallTime(milliseconds: start)) to \(WallTime(milliseconds: end))"
            throw ErrorAnswer("\(shown) is no span", hint: "from before to, at most \(reportLimit) days")
        }
        return start..<end
    }

    private static func time(_ name: String, _ request: ControlRequest) throws(ErrorAnswer) -> Int64? {
        guard let text = request.query[name] else { return nil }
        guard let time = WallTime(text) else {
            throw ErrorAnswer("\(name) is \"\(text)\", which is no time", hint: "as in 2026-05-18T09:30:00Z")
        }
        return time.milliseconds
    }
}

nonisolated extension PolicyHistory.Row {
    /// A row of the store as the API tells it.
    init(_ row: WrittenAudit) {
        let audit = row.audit
        self.init(
            number: row.number, at: WallTime(milliseconds: audit.wallMilliseconds), action: audit.action,
            generation: audit.generation, by: audit.by)
        (origin, name, why) = (audit.origin, audit.name, audit.why)
        (digest, digestBefore, changes, hash) = (audit.digest, audit.digestBefore, audit.changes, row.hash)
    }
}

nonisolated extension PolicyHistory.Verification {
    /// What the store found.
    init(_ found: AuditVerification) {
        self.init(ok: found.problem.isEmpty, rows: found.rows, head: found.head, problem: found.problem)
    }
}

nonisolated extension StoredPolicy {
    /// As the API tells it.
    var json: JSON {
        [
            "generation": .integer(generation), "at": .string(WallTime(milliseconds: wallMilliseconds).text),
            "digest": .string(digest), "origin": .string(origin), "by": .string(by), "text": .string(text),
        ]
    }
}
