// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostLoop
internal import HostStore
internal import HostWire

/// Answers about what happened.
extension Supervisor {
    private static let eventLimit = 10_000
    /// So many entries are turned into JSON on the loop, more in a Worker.
    private static let quickLimit = 100

    /// A page of history as JSON, or, for who accepts them, server-sent events.
    func answerEvents(_ call: ControlCall) {
        let since: Int64?
        let limit: Int
        do throws(ErrorAnswer) {
            since = try Self.cursor(call.request)
            limit = try call.request.number("limit", else: 100, 1...Self.eventLimit)
        } catch {
            return call.refuse(400, error.error, hint: error.hint)
        }
        if call.request.method == "GET", call.request.accepts("text/event-stream") {
            return streams.follow(since: since, service: call.request.query["service"], call)
        }
        let service = call.request.query["service"]
        store.events(since: since ?? 0, service: service, limit: limit, newest: since == nil) { [files] found in
            guard let found else { return call.refuse(503, "the history cannot be read now") }
            let write = { @Sendable () -> [UInt8] in
                EventPage(events: found.map(\.record), lastID: found.last?.id ?? since ?? 0).json.bytes
            }
            if found.count <= Self.quickLimit { return call.finish(json: write()) }
            files.submit(deadline: .seconds(10), write) { (outcome: WorkOutcome<[UInt8]>) in
                guard case .done(let json) = outcome else { return call.refuse(503, "too much else is being read") }
                call.finish(json: json)
            }
        }
    }

    /// Where to go on: what a client that comes again says wins over what stands in the URL that it was given.
    private static func cursor(_ request: ControlRequest) throws(ErrorAnswer) -> Int64? {
        guard let text = request.fields["last-event-id"] ?? request.query["since"] else { return nil }
        guard let id = Int64(text), id >= 0 else {
            throw ErrorAnswer("\"\(text)\" is no number of an event", hint: "0 or more, as in the id of events")
        }
        return id
    }
}

extension ControlCall {
    /// Answers 200 with JSON that is written already.
    func finish(json bytes: [UInt8]) {
        responder.finish(status: 200, bytes: bytes, contentType: "application/json")
    }
}

extension StoredEvent {
    /// As the API tells it.
    nonisolated var record: EventRecord {
        let word = History.words(kind)
        return EventRecord(
            id: id, at: WallTime(milliseconds: wallMilliseconds), service: service, kind: kind, instance: instance,
            reason: reason, text: service.map { "\($0) \(word): \(reason)" } ?? reason,
            firstAt: WallTime(milliseconds: firstMilliseconds), count: count)
    }
}
