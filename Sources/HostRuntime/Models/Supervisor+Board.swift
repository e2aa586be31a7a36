// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostWire

/// The public ranking of models: hostctl fetches and compares it, hostd tells of it.
extension Supervisor {
    private static let summaryLimitBytes = 8192

    /// `POST /v1/models/board`
    func answerBoard(_ call: ControlCall) {
        guard let json = try? JSON(parsing: call.request.body), let summary = json["summary"]?.text,
            (1...Self.summaryLimitBytes).contains(summary.utf8.count),
            summary.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            return call.refuse(
                400, "the body is no summary",
                hint: "{\"summary\": \"…\"}, one line of at most \(Self.summaryLimitBytes) bytes")
        }
        history.add(policy: "board", summary)
        call.finish(["ok": true])
    }
}
