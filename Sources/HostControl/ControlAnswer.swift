// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// An answer, ready to be sent.
nonisolated struct ControlAnswer: Sendable {
    var status: Int
    var body: [UInt8]
    var contentType: String
    var headers: [(name: String, value: String)] = []

    static func error(_ status: Int, _ answer: ErrorAnswer) -> ControlAnswer {
        ControlAnswer(status: status, body: answer.json.bytes, contentType: "application/json")
    }
}
