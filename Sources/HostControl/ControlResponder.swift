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
    public func finish(status: Int, text: String, contentType: String = "text/plain; charset=utf-8") {
        guard isOpen else { return }
        finish(ControlAnswer(status: status, body: Array(text.utf8), contentType: contentType))
    }

    private func finish(_ answer: ControlAnswer) {
        let connection = self.connection
        self.connection = nil
        onDisconnect = nil
        connection?.finish(answer)
    }

    /// The client is gone.
    func disconnect() {
        connection = nil
        let handler = onDisconnect
        onDisconnect = nil
        handler?()
    }
}
