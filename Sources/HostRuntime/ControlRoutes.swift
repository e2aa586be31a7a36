// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// The control API: what can be asked for. docs/openapi.yaml describes each of these, and a test compares.
extension Supervisor {
    private static let eventLimit = 10_000

    /// Answers one request, at once or when it is done.
    func answer(_ request: ControlRequest, _ responder: ControlResponder) {
        guard request.path.first == "v1" else { return Self.unknown(request, responder) }
        let rest = Array(request.path.dropFirst())
        switch (rest.first, rest.count) {
        case ("status", 1): allow(["GET"], request, responder) { responder.finish(status: 200, json: status().json) }
        case ("services", 1): serveServices(request, responder)
        case ("services", 2): withService(rest[1], responder) { showService($0, request, responder) }
        case ("services", 3) where rest[2] == "logs":
            allow(["GET"], request, responder) { readLog(of: rest[1], request, responder) }
        case ("services", 3): withService(rest[1], responder) { serve($0, rest[2], request, responder) }
        case ("events", 1): allow(["GET"], request, responder) { listEvents(request, responder) }
        default: Self.unknown(request, responder)
        }
    }

    private static func unknown(_ request: ControlRequest, _ responder: ControlResponder) {
        let path = "/" + request.path.joined(separator: "/")
        responder.finish(status: 404, json: ErrorAnswer("there is nothing at \(path)", hint: "see /v1/status").json)
    }

    func allow(
        _ methods: [String], _ request: ControlRequest, _ responder: ControlResponder, _ body: () -> Void
    ) {
        if methods.contains(request.method) || (request.method == "HEAD" && methods.contains("GET")) { return body() }
        let error = ErrorAnswer("\(request.method) is not possible here", hint: methods.joined(separator: ", "))
        responder.finish(status: 405, json: error.json, headers: [("Allow", methods.joined(separator: ", "))])
    }

    private func withService(_ text: String, _ responder: ControlResponder, _ body: (ServiceName) -> Void) {
        if let name = ServiceName(text), machine.services[name] != nil { return body(name) }
        responder.finish(status: 404, json: unknownService(text).json)
    }

    private func serveServices(_ request: ControlRequest, _ responder: ControlResponder) {
        allow(["GET", "POST"], request, responder) {
            guard request.method == "POST" else {
                let isBrief = request.query["brief"] == "true"
                let json = isBrief ? briefList() : ServiceList(services: status().services).json
                return responder.finish(status: 200, json: json)
            }
            guard request.mayChange else { return refuse("services", "a change", request, responder) }
            actOnSeveral(request, responder)
        }
    }

    private func showService(_ name: ServiceName, _ request: ControlRequest, _ responder: ControlResponder) {
        allow(["GET"], request, responder) {
            guard let service = machine.services[name] else { return }
            responder.finish(status: 200, json: status(of: service, WallClock(now: loop.now)).json)
        }
    }

    private func serve(
        _ name: ServiceName, _ verb: String, _ request: ControlRequest, _ responder: ControlResponder
    ) {
        let kind = PendingAction.Kind(rawValue: verb)
        guard kind != nil || verb == "signal" else { return Self.unknown(request, responder) }
        allow(["POST"], request, responder) {
            guard request.mayChange else { return refuse(name.text, verb, request, responder) }
            Journal.say(.info, "\(name): \(verb) asked for by uid \(request.peer.uid), pid \(request.peer.pid)")
            guard let kind else { return sendSignal(to: name, request, responder) }
            act(kind, on: name, wait: request.query["wait"] != "false", responder)
        }
    }

    private func refuse(
        _ name: String, _ verb: String, _ request: ControlRequest, _ responder: ControlResponder
    ) {
        let peer = request.peer
        Journal.say(.warning, "\(name): \(verb) refused to uid \(peer.uid), pid \(peer.pid)")
        let error = ErrorAnswer("uid \(peer.uid) may look but not change", hint: "members of admin_group may")
        responder.finish(status: 403, json: error.json)
    }

    private func listEvents(_ request: ControlRequest, _ responder: ControlResponder) {
        let since = request.query["since"].flatMap { Int64($0) }
        let limit = min(max(request.query["limit"].flatMap { Int($0) } ?? 100, 1), Self.eventLimit)
        store.events(since: since ?? 0, service: request.query["service"], limit: limit, newest: since == nil) {
            found in
            guard let found else {
                return responder.finish(status: 503, json: ErrorAnswer("the history cannot be read now").json)
            }
            let records = found.map(\.record)
            let page = EventPage(events: records, lastID: records.last?.id ?? since ?? 0)
            responder.finish(status: 200, json: page.json)
        }
    }
}

extension StoredEvent {
    fileprivate var record: EventRecord {
        let word = History.words(kind)
        return EventRecord(
            id: id, at: WallTime(milliseconds: wallMilliseconds), service: service, kind: kind, instance: instance,
            reason: reason, text: service.map { "\($0) \(word): \(reason)" } ?? reason,
            firstAt: WallTime(milliseconds: firstMilliseconds), count: count)
    typealias Answering = (Supervisor) -> (ControlCall) -> Void

    /// The table of routes.
    func makeRoutes() -> RouteTable {
        func route(
            _ method: String, _ path: String, _ right: ControlRoute.Right, _ about: String,
            _ answer: @escaping Answering
        ) -> ControlRoute {
            ControlRoute(method, path, right, about) { [weak self] call in
                if let self { answer(self)(call) }
            }
        }
        let table = RouteTable([
            route("GET", "/v1/status", .look, "the host at a glance", Supervisor.answerStatus),
            route("GET", "/v1/services", .look, "all services", Supervisor.answerServices),
            route("GET", "/v1/services/{name}", .look, "one service", Supervisor.answerService),
            route("GET", "/v1/services/{name}/logs", .look, "what a service wrote", Supervisor.answerLog),
            route("POST", "/v1/services/{name}/start", .change, "start a service", Supervisor.answerStart),
            route("POST", "/v1/services/{name}/stop", .change, "stop a service", Supervisor.answerStop),
            route("POST", "/v1/services/{name}/restart", .change, "restart a service", Supervisor.answerRestart),
            route("GET", "/v1/events", .look, "the history, or what happens from now on", Supervisor.answerEvents),
            route("GET", "/v1/conditions", .look, "what services depend on", Supervisor.answerConditions),
            route("GET", "/metrics", .look, "numbers in the OpenMetrics format", Supervisor.answerMetrics),
        ])
        table.onRefusal = { [weak self] peer, what in self?.refusals.add(peer, "\(what): may look but not change") }
        return table
    }
}
