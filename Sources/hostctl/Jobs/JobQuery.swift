// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Which jobs are asked for, the newest of them first.
struct JobQuery {
    /// hostd gives no more at once.
    static let largestPage = 10_000

    /// In one of these states; of any where there is none.
    var states: [String] = []
    var kind: String?
    var uid: UInt32?
    var limit = largestPage
    /// With a lower number than this.
    var before: Int64?

    /// The query of the request.
    var pairs: [(key: String, value: String?)] {
        [
            ("state", states.isEmpty ? nil : states.joined(separator: ",")), ("kind", kind),
            ("uid", uid.map { "\($0)" }), ("limit", "\(limit)"), ("before", before.map { "\($0)" }),
        ]
    }
}
