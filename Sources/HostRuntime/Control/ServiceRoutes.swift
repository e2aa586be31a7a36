// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop
internal import HostWire

/// Answers about services.
extension Supervisor {
    private nonisolated static let lineLimit = 10_000
    private nonisolated static let logAnswerBytes = 4 << 20

    func answerStatus(_ call: ControlCall) {
        call.finish(status().json)
    }

    func answerServices(_ call: ControlCall) {
        call.finish(ServiceList(services: status().services).json)
    }

    func answerService(_ call: ControlCall) {
        withService(call) { name in
            guard let service = machine.services[name] else { return }
            call.finish(status(of: service, WallClock(now: loop.now)).json)
        }
    }

    func answerStart(_ call: ControlCall) { answerAction(.start, call) }

    func answerStop(_ call: ControlCall) { answerAction(.stop, call) }

    func answerRestart(_ call: ControlCall) { answerAction(.restart, call) }

    private func answerAction(_ kind: PendingAction.Kind, _ call: ControlCall) {
        withService(call) { name in
            Journal.say(.info, "\(name): \(kind.rawValue) asked for by \(call.request.peer)")
            act(kind, on: name, wait: call.request.query["wait"] != "false", call.responder)
        }
    }

    /// Calls `body` with the service that the path names, or answers 404 with the nearest name.
    func withService(_ call: ControlCall, _ body: (ServiceName) -> Void) {
        let text = call.parameters["name"] ?? ""
        if let name = ServiceName(text), machine.services[name] != nil { return body(name) }
        let names = machine.services.keys.map(\.text).sorted()
        let hint =
            Nearest.to(text, among: names).map { "did you mean \($0)?" }
            ?? (names.isEmpty ? "no service is configured" : "there is: \(names.prefix(20).joined(separator: ", "))")
        call.refuse(404, "no service is called \"\(text)\"", hint: hint)
    }

    func answerLog(_ call: ControlCall) {
        withService(call) { readLog(of: $0, call.request, call.responder) }
    }

    private func readLog(of name: ServiceName, _ request: ControlRequest, _ responder: ControlResponder) {
        let isStderr = request.query["stream"] == "stderr"
        let reader = LogReader(folder: "\(folders.log)/\(name)" + (isStderr ? "/stderr" : ""))
        let after = request.query["after"].map { LogCursor($0) }
        if case .some(nil) = after {
            return responder.finish(status: 400, json: ErrorAnswer("after is no cursor", hint: "INODE:OFFSET").json)
        }
        let lines = request.query["lines"].flatMap { Int($0) } ?? 100
        files.submit(deadline: .seconds(10)) { () -> Result<LogLines, SystemError> in
            Result { () throws(SystemError) in
                let (found, next) =
                    if case .some(.some(let after)) = after {
                        try reader.read(after: after, limitBytes: Self.logAnswerBytes)
                    } else {
                        try reader.tail(lines: min(max(lines, 0), Self.lineLimit))
                    }
                return LogLines(lines: found.map(Self.line), cursor: next.description)
            }
        } then: { (outcome: WorkOutcome<Result<LogLines, SystemError>>) in
            switch outcome {
            case .done(.success(let lines)): responder.finish(status: 200, json: lines.json)
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
