// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// Requests about services that are more than a verb and a name.
extension Supervisor {
    /// `POST /v1/services` with `{"action": "stop", "names": ["gateway", "db"], "wait": true}`: one answer for all of
    /// them, so that hostd, which knows their order, keeps it.
    func actOnSeveral(_ request: ControlRequest, _ responder: ControlResponder) {
        let wish: ActionRequest
        do throws(JSONError) {
            wish = try ActionRequest(json: try JSON(parsing: request.body))
        } catch {
            let hint = "{\"action\": \"stop\", \"names\": [\"gateway\"]} is"
            return responder.finish(
                status: 400, json: ErrorAnswer("the body is no request for an action: \(error)", hint: hint).json)
        }
        let kinds: [PendingAction.Kind] = [.start, .stop, .restart, .reset]
        guard let kind = PendingAction.Kind(rawValue: wish.action), kinds.contains(kind) else {
            let hint = kinds.map(\.rawValue).joined(separator: ", ")
            let error = ErrorAnswer("\"\(wish.action)\" cannot be done to several services at once", hint: hint)
            return responder.finish(status: 400, json: error.json)
        }
        var names: [ServiceName] = []
        for text in wish.names {
            let found = self.names(called: text)
            guard !found.isEmpty else { return responder.finish(status: 404, json: unknownService(text).json) }
            names += found.filter { !names.contains($0) }
        }
        guard !names.isEmpty else {
            return responder.finish(status: 400, json: ErrorAnswer("names is empty", hint: "at least one").json)
        }
        let text = names.map(\.text).joined(separator: ", ")
        Journal.say(.info, "\(text): \(kind) asked for by \(request.peer)")
        act(kind, on: names, wait: wish.wait, ActionParty(responder, of: names))
    }

    /// `GET /v1/services?brief=true`: what clients select by, at a small part of the cost of all that is known.
    func briefList() -> JSON {
        let services = servicesByName { service in
            let specification = service.specification
            return ServiceBrief(
                name: specification.name.text, state: service.phase.rawValue, reason: service.reason,
                instance: service.state.instance?.description, family: specification.family.text,
                tags: specification.tags, after: specification.after.map(\.text)
            ).json
        }
        return ["services": .array(services)]
    }

    /// `POST /v1/services/NAME/signal?signal=SIGHUP`: to the main process.
    func sendSignal(to name: ServiceName, _ request: ControlRequest, _ responder: ControlResponder) {
        guard let service = machine.services[name] else { return }
        let text = request.query["signal"] ?? ""
        guard let number = SignalName.number(text.uppercased()) else {
            let error = ErrorAnswer(
                text.isEmpty ? "signal is missing" : "\"\(text)\" is no signal",
                hint: Nearest.toSignal(text).map { "did you mean \($0)?" } ?? "SIGHUP is one")
            return responder.finish(status: 400, json: error.json)
        }
        let signal = SignalName.text(number)
        guard let instance = service.state.instance, let process = service.state.process else {
            let why = "it is \(service.phase.rawValue): it has no process that \(signal) could be sent to"
            let outcome = outcome("signal", of: service, ok: false, reason: why, began: loop.now)
            return responder.finish(status: 200, json: outcome.json)
        }
        launcher.signal(instance, number, to: .main)
        let why = "\(signal) to pid \(process.pid), asked for by \(request.peer)"
        history.add("service.signalled", instance, why)
        let outcome = outcome("signal", of: service, ok: true, reason: why, began: loop.now)
        responder.finish(status: 200, json: outcome.json)
    }

    /// The service of that name, or all instances of it; none when there is no such service.
    func names(called text: String) -> [ServiceName] {
        guard let name = ServiceName(text) else { return [] }
        if machine.services[name] != nil { return [name] }
        return machine.services.keys.filter { $0 != name && $0.family == name }.sorted()
    }

    /// Says that there is no such service, and which one was probably meant.
    func unknownService(_ text: String) -> ErrorAnswer {
        let names = Set(machine.services.keys.map(\.text)).union(machine.services.keys.map(\.family.text)).sorted()
        let hint =
            Nearest.to(text, among: names).map { "did you mean \($0)?" }
            ?? (names.isEmpty ? "no service is configured" : "there is: \(names.prefix(20).joined(separator: ", "))")
        return ErrorAnswer("no service is called \"\(text)\"", hint: hint)
    }
}
