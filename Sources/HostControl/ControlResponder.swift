// SPDX-License-Identifier: Apache-2.0

public import HostWire

/// Answers one request, at once or later. One that is dropped without an answer answers 500 itself.
@MainActor
public final class ControlResponder {
    private weak var connection: ControlConnection?

    /// Called once when the client goes away before it was answered: whatever it asked for is not wanted any more.
    public var onDisconnect: (() -> Void)?

    init(_ connection: ControlConnection) {
        self.connection = connection
    }

    isolated deinit {
        finish(status: 500, json: ErrorAnswer("hostd has no answer to this request").json)
    }

    /// Whether an answer is still wanted: none was given yet, and the client is there.
    public var isOpen: Bool { connection != nil }

    /// Answers with JSON. Only the first answer counts.
    public func finish(status: Int, json: JSON, headers: [(name: String, value: String)] = []) {
        guard isOpen else { return }
        finish(ControlAnswer(status: status, body: json.bytes, contentType: "application/json", headers: headers))
    }

    /// Answers with text. Only the first answer counts.
    public func finish(
        status: Int, text: String, contentType: String = "text/plain; charset=utf-8",
        headers: [(name: String, value: String)] = []
    ) {
        finish(status: status, bytes: Array(text.utf8), contentType: contentType, headers: headers)
    }

    /// Answers with bytes that are ready. Only the first answer counts.
    public func finish(
        status: Int, bytes: [UInt8], contentType: String, headers: [(name: String, value: String)] = []
    ) {
        guard isOpen else { return }
        finish(ControlAnswer(status: status, body: bytes, contentType: contentType, headers: headers))
    }

    /// Answers 200 with text that goes on. Nil when the client is gone or has too many streams, which it is told.
    public func stream(contentType: String) -> ControlStream? {
        guard let connection else { return nil }
        if let refusal = connection.server?.streamRefusal(of: connection) {
            let retry = [(name: "Retry-After", value: "5")]
            let answer = ErrorAnswer(refusal, hint: "try again when others are closed")
            finish(status: 429, json: answer.json, headers: retry)
            return nil
        }
        let stream = ControlStream(connection, contentType: contentType)
        finish(.stream(stream))
        return stream
    }

    private func finish(_ answer: ControlAnswer) {
        finish(.whole(answer))
    }

    private func finish(_ reply: ControlConnection.Reply) {
        let connection = self.connection
        self.connection = nil
        onDisconnect = nil
        connection?.finish(reply)
    }

    /// The client is gone.
    func disconnect() {
        connection = nil
        let handler = onDisconnect
        onDisconnect = nil
        handler?()
    }
}
