// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostWire

/// A request from its header to the last byte of its answer.
extension ControlServer: HTTPDaemonOwner {
    func step(_ connection: ControlConnection, _ handle: OpaquePointer, _ part: [UInt8]) -> HTTPDaemon.Verdict {
        defer { armDeadlines() }
        connection.handle = handle
        switch connection.phase {
        case .header:
            connection.phase = .body
            return .goOn
        case .body where !part.isEmpty:
            take(part, connection)
            return .goOn
        case .body:
            return connection.isBodyTooBig ? end(connection, .error(tooBig)) : handOut(connection)
        case .handling:
            return connection.reply.map { verdict(connection, $0) } ?? .close
        case .streaming, .ending:
            return .close
        }
    }

    func waits(_ connection: ControlConnection) {
        connection.suspend(on: loop)
    }

    private func take(_ part: [UInt8], _ connection: ControlConnection) {
        if connection.body.count + part.count > limits.bodyBytes {
            connection.isBodyTooBig = true
            connection.body = []
        }
        if !connection.isBodyTooBig { connection.body += part }
    }

    private func handOut(_ connection: ControlConnection) -> HTTPDaemon.Verdict {
        let body = connection.body
        connection.body = []
        let whole = ControlRequest(
            method: connection.head.method, path: connection.target.path, query: connection.target.query,
            fields: connection.head.fields, body: body, peer: connection.peer, mayChange: connection.mayChange)
        connection.handOut { handler(whole, $0) }
        if let reply = connection.reply { return verdict(connection, reply) }
        connection.suspend(on: loop)
        return .wait
    }

    private func verdict(_ connection: ControlConnection, _ reply: ControlConnection.Reply) -> HTTPDaemon.Verdict {
        switch reply {
        case .whole(let answer): return end(connection, answer)
        case .stream(let stream):
            connection.phase = .streaming
            return .stream(stream)
        }
    }

    private func end(_ connection: ControlConnection, _ answer: ControlAnswer) -> HTTPDaemon.Verdict {
        connection.phase = .ending
        connection.deadline = loop.now + limits.answerDeadline
        return .answer(answer)
    }

    /// A piece waits to be taken, or has been taken.
    func streamMoved(_ connection: ControlConnection, isWaiting: Bool) {
        guard isWaiting != (connection.deadline != nil) else { return }
        connection.deadline = isWaiting ? loop.now + limits.streamPatience : nil
        armDeadlines()
    }
}
