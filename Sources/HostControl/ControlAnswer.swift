// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// An answer, ready to be sent.
nonisolated struct ControlAnswer: Sendable {
    var status: Int
    var body: [UInt8]
    var contentType: String
    var headers: [(name: String, value: String)] = []

    static func error(_ refusal: Refusal) -> ControlAnswer {
        ControlAnswer(
            status: refusal.status, body: refusal.why.json.bytes, contentType: "application/json",
            headers: refusal.headers)
    }
}
