// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// Asks hostd over its control socket.
struct ControlClient {
    /// What hostd said, as it came and as it reads.
    struct Answer {
        let bytes: [UInt8]
        let json: JSON
    }

    let socket: String
    /// How long hostd may be silent.
    var patience: Duration

    private static let limits = JSONLimits(bytes: AnswerParser.limitBytes, depth: JSONLimits.wire.depth)

    /// Looks at something. `whileWaiting` is called a few times a second until the answer is there.
    func get(_ target: Target, whileWaiting: @escaping () -> Void = {}) throws(Failure) -> Answer {
        try perform(
            Exchange(
                socket: socket, method: "GET", target: target, patience: patience, whileWaiting: whileWaiting))
    }

    /// Looks at something and reads it as `Value`.
    func get<Value>(_ target: Target, as read: (JSON) throws(JSONError) -> Value) throws(Failure) -> Value {
        try self.read(try get(target).json, as: read)
    }

    /// Has something done; nil when it takes longer than our patience. `whileWaiting` is called a few times a second
    /// until the answer is there. `body` is JSON; `teller` is what says later whether it was done. An answer with one
    /// of the statuses `telling` is no refusal: it says in its own form what was wrong.
    func post(
        _ target: Target, body: [UInt8] = [], teller: String = "hostctl status", telling: Set<Int> = [],
        whileWaiting: @escaping () -> Void = {}
    ) throws(Failure) -> Answer? {
        let exchange = Exchange(
            socket: socket, method: "POST", target: target, body: body, patience: patience,
            whileWaiting: whileWaiting)
        let answer: HTTPAnswer
        do throws(Exchange.Problem) {
            answer = try exchange.perform()
        } catch {
            if case .silent = error { return nil }
            var failure = failure(error)
            if case .wrong(.cutOff) = error { failure.text += " (\(teller) says whether it was done)" }
            throw failure
        }
        return try accept(answer, or: telling)
    }

    /// What came of asking for a stream of events.
    enum Stream {
        case stream(EventStream)
        /// This hostd tells page by page.
        case page(Answer)
    }

    /// Asks for the events behind `lastID` as they happen.
    func stream(_ target: Target, after lastID: Int64) throws(Failure) -> Stream {
        let exchange = Exchange(socket: socket, method: "GET", target: target, patience: patience)
        let opening: EventStream.Opening
        do throws(Exchange.Problem) {
            opening = try EventStream.open(exchange, after: lastID)
        } catch {
            throw failure(error)
        }
        switch opening {
        case .stream(let stream): return .stream(stream)
        case .answer(let answer): return .page(try accept(answer))
        }
    }

    /// Reads what hostd said as JSON.
    func parse(_ bytes: [UInt8]) throws(Failure) -> JSON {
        do throws(JSONError) { return try JSON(parsing: bytes, limits: Self.limits) } catch {
            throw strange("\(error)")
        }
    }

    /// Reads JSON as `Value`.
    func read<Value>(_ json: JSON, as read: (JSON) throws(JSONError) -> Value) throws(Failure) -> Value {
        do throws(JSONError) { return try read(json) } catch { throw strange("\(error)") }
    }

    /// A hostd that is killed takes with it whom it had let in; to look again harms nobody.
    private static let looks = 5

    private func perform(_ exchange: Exchange) throws(Failure) -> Answer {
        let answer: HTTPAnswer
        do throws(Exchange.Problem) { answer = try look(exchange) } catch { throw failure(error) }
        return try accept(answer)
    }

    private func look(_ exchange: Exchange) throws(Exchange.Problem) -> HTTPAnswer {
        for _ in 1..<Self.looks {
            do throws(Exchange.Problem) { return try exchange.perform() } catch {
                guard case .wrong(.cutOff(nil, _)) = error else { throw error }
            }
        }
        return try exchange.perform()
    }

    private func accept(_ answer: HTTPAnswer, or telling: Set<Int> = []) throws(Failure) -> Answer {
        guard answer.status == 200 || telling.contains(answer.status) else { throw refusal(answer) }
        return Answer(bytes: answer.body, json: try parse(answer.body))
    }

    /// What hostd says instead of what was asked for.
    private func refusal(_ answer: HTTPAnswer) -> Failure {
        let code: ExitCode =
            switch answer.status {
            case 400: .usage
            case 403: .notPermitted
            case 404: .noSuchName
            case 503: .unreachable
            default: .failed
            }
        if let json = try? JSON(parsing: answer.body), let error = try? ErrorAnswer(json: json) {
            return Failure(code, CleanText.of("\(error)"))
        }
        return Failure(code == .noSuchName ? .failed : code, "hostd answered \(answer.status) without a reason")
    }

    /// What a person is told who asks for more than an older hostd can do: that is no name that does not exist.
    func tooOld(_ error: Failure, for verb: String) -> Failure {
        guard error.code == .noSuchName else { return error }
        return Failure(
            .failed,
            "hostd at \(socket) does not know \"\(verb)\": it is older than this hostctl \(Release.version) (hostctl "
                + "version says both)")
    }

    private func strange(_ what: String) -> Failure {
        Failure(
            .failed,
            "hostd at \(socket) answered what this hostctl \(Release.version) does not understand: "
                + CleanText.of(what)
        )
    }

    /// What a person is told of an exchange that came to nothing.
    func failure(_ error: Exchange.Problem) -> Failure {
        switch error {
        case .system(let error): unreachable(error)
        case .silent(let patience):
            Failure(
                .unreachable,
                "hostd at \(socket) has not answered for "
                    + "\(TimeText.took(milliseconds: patience.seconds * 1000)) (--timeout says how long to wait)")
        case .wrong(.garbage(let what)):
            Failure(.unreachable, "what listens at \(socket) is not hostd: \(what)")
        case .wrong(.tooLong):
            Failure(
                .unreachable, "the answer of hostd at \(socket) is longer than \(AnswerParser.limitBytes >> 20) MiB")
        case .wrong(.cutOff(let received?, let length?)):
            Failure(.unreachable, "the answer of hostd at \(socket) ends after \(received) of \(length) bytes")
        case .wrong(.cutOff):
            Failure(.unreachable, "hostd at \(socket) closed the connection without an answer")
        }
    }

    private func unreachable(_ error: SystemError) -> Failure {
        let code: ExitCode = [EACCES, EPERM].contains(error.code) ? .notPermitted : .unreachable
        let hint =
            switch error.code {
            case EACCES, EPERM: "ask as root, or as a member of admin_group or read_group"
            case ENAMETOOLONG: "a socket's path has at most \(Sockets.pathLimitBytes) bytes"
            case ETIMEDOUT: "it accepts no connections; systemctl status hostd"
            default: "is hostd running? systemctl status hostd, or name another socket with --socket or HOSTD_SOCKET"
            }
        return Failure(code, "cannot reach hostd at \(socket): \(errorText(error.code)) (\(hint))")
    }
}
