// SPDX-License-Identifier: Apache-2.0

/// Which names of logs and instances and which paths may stand in a message. A log's name becomes a folder, so nothing
/// that could lead out of the log folder may pass.
enum LogName {
    /// `NAME` or `NAME/stderr`.
    static func isValid(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, isPart(first) else { return false }
        return parts.count == 1 || (parts.count == 2 && parts[1] == "stderr")
    }

    /// Any word of at most 256 bytes.
    static func isInstance(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 256 && text.utf8.allSatisfy { $0 > 32 }
    }

    /// An absolute path of at most 2 KiB.
    static func isPath(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 2048 && !text.utf8.contains(0)
    }

    private static func isPart(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isLetterOrDigit(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || "._@-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
