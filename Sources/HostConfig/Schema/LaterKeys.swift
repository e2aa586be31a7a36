// SPDX-License-Identifier: Apache-2.0

/// Keys that make no sense where they stand, with what to write instead.
enum LaterKeys {
    struct Entry: Sendable {
        let name: String
        let message: String
    }

    /// The keys by the section's path, "" for the top of the file.
    static let bySection: [String: [Entry]] = [
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
