// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// What is kept of one alert in the store, as JSON. Points of time stand there as wall time, so that they mean the same
/// after a boot.
nonisolated enum AlertState {
    /// Nil: there is nothing to keep.
    static func text(_ route: AlertRoute, _ clock: WallClock) -> String? {
        guard !route.queue.isEmpty || !route.causes.isEmpty || route.dropped > 0 else { return nil }
        let causes = route.causes.sorted { $0.key < $1.key }.map { name, cause -> JSON in
            [
                "cause": .string(name), "open": texts(cause.open), "told": texts(cause.told),
                "severity": JSON(cause.toldSeverity?.rawValue), "pending": cause.pending.map(occasion) ?? .null,
                "quiet_until": JSON(cause.quietUntil.map { clock.wall($0).milliseconds }),
                "repeats": JSON(cause.repeats),
            ]
        }
        let queue = route.queue.map { message -> JSON in
            [
                "id": JSON(message.id), "status": .string(message.status.rawValue),
                "occasion": occasion(message.occasion), "cause": .string(message.cause),
                "repeats": JSON(message.repeats), "queued_at": JSON(clock.wall(message.queuedAt).milliseconds),
            ]
        }
        let whole: JSON = ["queue": .array(queue), "causes": .array(causes), "dropped": JSON(route.dropped)]
        return String(decoding: whole.bytes, as: UTF8.self)
    }

    /// What was kept of the alert that `specification` is about; nothing of what cannot be read.
    static func route(_ specification: AlertSpecification, _ text: String, _ clock: WallClock) -> AlertRoute {
        guard let whole = try? JSON(parsing: Array(text.utf8)) else { return AlertRoute(specification) }
        let queue = (whole["queue"]?.elements ?? []).compactMap { message($0, clock) }
        var causes: [String: AlertRoute.Cause] = [:]
        for item in whole["causes"]?.elements ?? [] {
            guard let name = item["cause"]?.text else { continue }
            var cause = AlertRoute.Cause()
            cause.open = words(item["open"])
            cause.told = words(item["told"])
            cause.toldSeverity = item["severity"]?.text.flatMap { AlertSeverity(rawValue: $0) }
            cause.pending = item["pending"].flatMap(occasion)
            cause.quietUntil = integer(item["quiet_until"]).map { clock.instant(wallMilliseconds: $0) }
            cause.repeats = Int(clamping: integer(item["repeats"]) ?? 0)
            causes[name] = cause
        }
        return AlertRoute(
            specification, queue: queue, causes: causes, dropped: Int(clamping: integer(whole["dropped"]) ?? 0))
    }

    private static func message(_ json: JSON, _ clock: WallClock) -> AlertMessage? {
        guard let id = integer(json["id"]), id > 0, let occasion = json["occasion"].flatMap(occasion),
            let status = json["status"]?.text.flatMap({ AlertMessage.Status(rawValue: $0) }),
            let queued = integer(json["queued_at"])
        else { return nil }
        return AlertMessage(
            id: UInt64(id), status: status, occasion: occasion, cause: json["cause"]?.text,
            repeats: Int(clamping: integer(json["repeats"]) ?? 0), queuedAt: clock.instant(wallMilliseconds: queued))
    }

    private static func occasion(_ occasion: AlertOccasion) -> JSON {
        [
            "name": .string(occasion.name), "subject": .string(occasion.subject),
            "severity": .string(occasion.severity.rawValue), "text": .string(occasion.text),
            "at": JSON(occasion.wallMilliseconds),
        ]
    }

    private static func occasion(_ json: JSON) -> AlertOccasion? {
        guard let name = json["name"]?.text, let subject = json["subject"]?.text, let text = json["text"]?.text,
            let severity = json["severity"]?.text.flatMap({ AlertSeverity(rawValue: $0) }), let at = integer(json["at"])
        else { return nil }
        return AlertOccasion(name: name, subject: subject, severity: severity, text: text, wallMilliseconds: at)
    }

    private static func texts(_ words: Set<String>) -> JSON { .array(words.sorted().map { .string($0) }) }

    private static func words(_ json: JSON?) -> Set<String> { Set((json?.elements ?? []).compactMap(\.text)) }

    private static func integer(_ json: JSON?) -> Int64? { if case .integer(let value)? = json { value } else { nil } }
}
