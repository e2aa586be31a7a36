// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLoop
internal import HostWire

/// Answers about services.
extension Supervisor {
    func answerStatus(_ call: ControlCall) {
        call.finish(json: statusCache.json(of: hostStatus(), services: statusOfServices()))
    }

    func answerServices(_ call: ControlCall) {
        let isBrief = call.request.query["brief"] == "true"
        call.finish(isBrief ? briefList() : ServiceList(services: status().services).json)
        var json = Array("{\"services\":[".utf8)
        statusCache.append(statusOfServices(), to: &json)
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
        let names = services(called: text)
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
        withService(call) { readLog(of: $0, call.request, call.responder) }
    }

    private func readLog(of name: ServiceName, _ request: ControlRequest, _ responder: ControlResponder) {
        let isStderr = request.query["stream"] == "stderr"
        let reader = LogReader(folder: "\(folders.log)/\(name)" + (isStderr ? "/stderr" : ""))
        let after = request.query["after"].map { LogCursor($0) }
        if case .some(nil) = after {
            return responder.finish(status: 400, json: ErrorAnswer("after is no cursor", hint: "INODE:OFFSET").json)
        }
        let wanted: Int
        do throws(ErrorAnswer) {
            wanted = try request.number("lines", else: 100, 0...Self.lineLimit)
        } catch {
            return responder.finish(status: 400, json: error.json)
        }
        // The JSON too is written there: ten thousand lines would hold up the loop.
        files.submit(deadline: .seconds(10)) { () -> Result<[UInt8], SystemError> in
            Result { () throws(SystemError) in
                let (found, next) =
                    if case .some(.some(let after)) = after {
                        try reader.read(after: after, limitBytes: Self.logAnswerBytes)
                    } else {
                        try reader.tail(lines: wanted)
                    }
                return LogLines(lines: found.map(Self.line), cursor: next.description).json.bytes
            }
        } then: { (outcome: WorkOutcome<Result<[UInt8], SystemError>>) in
            switch outcome {
            case .done(.success(let json)):
                responder.finish(status: 200, bytes: json, contentType: "application/json")
            // Nothing was ever written: an empty log, not an error.
            case .done(.failure(let error)) where error.isMissing:
                responder.finish(status: 200, json: LogLines(lines: [], cursor: LogCursor.start.description).json)
            case .done(.failure(let error)): responder.finish(status: 503, json: ErrorAnswer("\(error)").json)
            case .late, .full:
                responder.finish(status: 503, json: ErrorAnswer("the log's disk does not answer").json)
            }
        }
    }

    private nonisolated static func line(_ line: LogLine) -> LogLines.Line {
        LogLines.Line(
            at: WallTime(milliseconds: line.wallMicroseconds / 1000), text: String(decoding: line.text, as: UTF8.self))
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
