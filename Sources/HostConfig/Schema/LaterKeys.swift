// SPDX-License-Identifier: Apache-2.0

/// The keys of the contract that this version does not know yet, and some that make no sense where they stand. A key
/// that arrives moves from here to its section.
enum LaterKeys {
    struct Entry: Sendable {
        let name: String
        let message: String
    }

    /// The keys by the section's path, "" for the top of the file.
    static let bySection: [String: [Entry]] = names.merging(reasons) { $0 + $1 }

    private static let names: [String: [Entry]] = [
        "service.NAME": ["sandbox", "unit"]
    ].mapValues { $0.map { Entry(name: $0, message: "\"\($0)\" is not available in this version") } }

    private static let reasons: [String: [Entry]] = [
        "service.NAME.live": [
            Entry(
                name: "notify",
                message: "tells of a start, once (write it in startup or ready; here heartbeat = \"30s\")")
        ],
        "service.NAME.startup": [beat], "service.NAME.ready": [beat],
    ]

    private static let beat = Entry(
        name: "heartbeat", message: "tells whether it lives (write it in live; here notify = true)")
}
