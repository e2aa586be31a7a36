// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLoop
internal import HostWire

/// Answers about services.
extension Supervisor {
    func answerStatus(_ call: ControlCall) {
        let (status, shown) = (hostStatus(), shown())
        call.finish(json: statusCache.json(of: status, shown, at: loop.now) { statusOfServices() })
    }

    func answerServices(_ call: ControlCall) {
        if call.request.query["brief"] == "true" { return call.finish(briefList()) }
        var json = Array("{\"services\":[".utf8)
        statusCache.append(shown(), at: loop.now, services: { statusOfServices() }, to: &json)
        json += "]}".utf8
        call.finish(json: json)
    }

    func answerService(_ call: ControlCall) {
        withService(call) { name in
            guard let service = machine.services[name] else { return }
            call.finish(status(of: service, wallClock()).json)
        }
    }

    func answerStart(_ call: ControlCall) { answerAction(.start, call) }

    func answerStop(_ call: ControlCall) { answerAction(.stop, call) }

    func answerRestart(_ call: ControlCall) { answerAction(.restart, call) }

    func answerReset(_ call: ControlCall) { answerAction(.reset, call) }

    func answerSeveral(_ call: ControlCall) { actOnSeveral(call.request, call.responder) }

    func answerSignal(_ call: ControlCall) {
        withService(call) { sendSignal(to: $0, call.request, call.responder) }
    }

    private func answerAction(_ kind: PendingAction.Kind, _ call: ControlCall) {
        let text = call.parameters["name"] ?? ""
        let names = names(called: text)
        guard !names.isEmpty else { return call.responder.finish(status: 404, json: unknownService(text).json) }
        Journal.say(.info, "\(text): \(kind.rawValue) asked for by \(call.request.peer)")
        let isOne = names.map(\.text) == [text]
        let party = isOne ? ActionParty(call.responder) : ActionParty(call.responder, of: names)
        act(kind, on: names, wait: call.request.query["wait"] != "false", party)
    }

    /// Calls `body` with the service that the path names, or answers 404 with the nearest name.
    func withService(_ call: ControlCall, _ body: (ServiceName) -> Void) {
        let text = call.parameters["name"] ?? ""
        if let name = ServiceName(text), machine.services[name] != nil { return body(name) }
        call.responder.finish(status: 404, json: unknownService(text).json)
    }

    func answerLog(_ call: ControlCall) {
        readLog(of: call.parameters["name"] ?? "", call.request, call.responder)
    }
}

extension ControlRequest {
    /// The number that the query gives `name`, cut to `range`; `other` when it gives none. Fails where it is no number.
    nonisolated func number(_ name: String, else other: Int, _ range: ClosedRange<Int>) throws(ErrorAnswer) -> Int {
        guard let text = query[name] else { return other }
        guard let number = Int(text) else {
            let hint = "\(range.lowerBound) to \(range.upperBound)"
            throw ErrorAnswer("\(name) is \"\(text)\", which is no number", hint: hint)
        }
        return min(max(number, range.lowerBound), range.upperBound)
    }
}
