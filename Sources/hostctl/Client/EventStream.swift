// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// A connection over which hostd sends events as they happen.
final class EventStream {
    /// What came of opening it.
    enum Opening {
        case stream(EventStream)
        /// hostd answers page by page instead, or refuses.
        case answer(HTTPAnswer)
    }

    private let connection: Descriptor
    private var chunks: Chunks?
    private var events = ServerSentEvents()
    private var early: [UInt8]

    private init(_ connection: consuming Descriptor, isChunked: Bool, early: [UInt8]) {
        self.connection = connection
        chunks = isChunked ? Chunks() : nil
        self.early = early
    }

    /// Asks for the events behind `lastID`.
    static func open(_ exchange: Exchange, after lastID: Int64) throws(Exchange.Problem) -> Opening {
        let connection = try exchange.connect(["Accept: text/event-stream", "Last-Event-ID: \(lastID)"])
        let deadline = Clock.now + exchange.patience
        var bytes: [UInt8] = []
        var head: AnswerHead?
        while head == nil {
            let part = try exchange.receive(connection, until: deadline)
            if part.isEmpty { throw .wrong(.cutOff(received: nil, of: nil)) }
            bytes += part
            do throws(AnswerParser.Wrong) { head = try AnswerHead.take(from: &bytes) } catch { throw .wrong(error) }
        }
        guard let head else { throw .wrong(.cutOff(received: nil, of: nil)) }
        if head.status == 200, head.type == "text/event-stream" {
            return .stream(EventStream(connection, isChunked: head.isChunked, early: bytes))
        }
        while head.length.map({ bytes.count < $0 }) ?? true, bytes.count <= AnswerParser.limitBytes {
            let part = try exchange.receive(connection, until: deadline)
            if part.isEmpty { break }
            bytes += part
        }
        return .answer(HTTPAnswer(status: head.status, body: head.length.map { Array(bytes.prefix($0)) } ?? bytes))
    }

    /// What has come, waiting for it; nil at the end of the stream. `wait` waits until the descriptor is readable.
    func next(_ wait: (Int32) -> Void) throws(Exchange.Problem) -> [ServerSentEvents.Event]? {
        var part = early
        early = []
        if part.isEmpty {
            wait(connection.raw)
            part = try Exchange.received(connection)
            if part.isEmpty { return nil }
        }
        if chunks != nil {
            guard let decoded = chunks?.decoded(part) else { throw .wrong(.garbage("its chunks have no size")) }
            part = decoded
        }
        guard let events = events.take(part) else { throw .wrong(.tooLong) }
        return events.isEmpty && chunks?.isDone == true ? nil : events
    }
}
