// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop
internal import HostWire

/// `GET /v1/services/NAME/logs`: lines of a log, the last ones or those behind a place.
extension Supervisor {
    private nonisolated static let lineLimit = 10_000
    /// A byte may take six in JSON and a line sixty besides: with `lineLimit` an answer stays below `JSONLimits.wire`.
    private nonisolated static let textLimitBytes = 1 << 20

    /// Which part of a log is wanted.
    private nonisolated enum Wish {
        case last(Int)
        case after(LogCursor)
        case since(WallTime)

        init(_ query: [String: String]) throws(ErrorAnswer) {
            if let text = query["after"] {
                guard let cursor = LogCursor(text) else {
                    throw ErrorAnswer("after is no cursor: \"\(text)\"", hint: "INODE:OFFSET")
                }
                self = .after(cursor)
            } else if let text = query["since"] {
                guard let time = WallTime(text) else {
                    throw ErrorAnswer("since is no time: \"\(text)\"", hint: "like 2026-05-18T09:30:00Z")
                }
                self = .since(time)
            } else {
                let text = query["lines"] ?? "100"
                guard let count = Int(text), count >= 0 else {
                    throw ErrorAnswer("lines is no count: \"\(text)\"", hint: "0 to \(lineLimit)")
                }
                self = .last(min(count, lineLimit))
            }
        }

        func read(_ reader: LogReader, of launch: UInt64?) throws(SystemError) -> LogPart {
            let place: LogCursor
            switch self {
            case .last(let count): return try reader.tail(lines: count, of: launch, limitBytes: textLimitBytes)
            case .after(let cursor): place = cursor
            case .since(let time): place = try reader.place(since: time.milliseconds * 1000)
            }
            return try reader.read(after: place, of: launch, limitBytes: textLimitBytes, limitLines: lineLimit)
        }
    }

    /// The launch whose lines alone are wanted; nil for all.
    private nonisolated static func launch(_ query: [String: String]) throws(ErrorAnswer) -> UInt64? {
        guard let text = query["instance"] else { return nil }
        guard let number = UInt64(text), number > 0 else {
            throw ErrorAnswer("instance is no launch: \"\(text)\"", hint: "its number: 17 for gateway.17")
        }
        return number
    }

    /// Also of a service that is configured no more, as long as its log is there.
    func readLog(of text: String, _ request: ControlRequest, _ responder: ControlResponder) {
        guard let name = ServiceName(text) else {
            return responder.finish(status: 404, json: unknownService(text).json)
        }
        let wish: Wish
        let launch: UInt64?
        do throws(ErrorAnswer) {
            wish = try Wish(request.query)
            launch = try Self.launch(request.query)
        } catch {
            return responder.finish(status: 400, json: error.json)
        }
        let folder = "\(folders.log)/\(name)"
        let reader = LogReader(folder: folder + (request.query["stream"] == "stderr" ? "/stderr" : ""))
        files.submit(deadline: .seconds(10)) { () -> Result<[UInt8], SystemError> in
            // The JSON too is written there: ten thousand lines would hold up the loop.
            Result { () throws(SystemError) in
                var lines = Self.lines(try wish.read(reader, of: launch))
                lines.hasStderr = Files.exists(folder + "/stderr")
                return lines.json.bytes
            }
        } then: { [weak self] (outcome: WorkOutcome<Result<[UInt8], SystemError>>) in
            switch outcome {
            case .done(.success(let json)):
                responder.finish(status: 200, bytes: json, contentType: "application/json")
            case .done(.failure(let error)) where error.isMissing: self?.answerWithoutLog(of: name, responder)
            case .done(.failure(let error)): responder.finish(status: 503, json: ErrorAnswer("\(error)").json)
            case .late, .full:
                responder.finish(status: 503, json: ErrorAnswer("the log's disk does not answer").json)
            }
        }
    }

    /// Of a service that is configured: nothing was ever written, an empty log and no error.
    private func answerWithoutLog(of name: ServiceName, _ responder: ControlResponder) {
        guard machine.services[name] != nil else {
            return responder.finish(status: 404, json: unknownService(name.text).json)
        }
        responder.finish(status: 200, json: LogLines(lines: [], cursor: LogCursor.start.description).json)
    }

    private nonisolated static func lines(_ part: LogPart) -> LogLines {
        LogLines(
            lines: part.lines.map(line), rest: part.rest.map(line), cursor: part.next.description, isAll: part.isAll)
    }

    private nonisolated static func line(_ line: LogLine) -> LogLines.Line {
        LogLines.Line(
            at: WallTime(milliseconds: line.wallMicroseconds / 1000), text: String(decoding: line.text, as: UTF8.self))
    }
}
