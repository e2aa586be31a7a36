// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// What followers of a log have recorded beside it, for who would like to change its rotated files.
enum FollowerRecords {
    static func journal(_ folder: String) -> String { folder + "/journal.at" }
    static func inline(_ folder: String) -> String { folder + "/inline" }

    /// Whether a follower has still to go through the rotated file of this name: it may not be compressed yet.
    static func need(_ name: String, in folder: String) -> Bool {
        let journal = (try? Files.readText(journal(folder), limit: 256)).flatMap { FollowerPlace($0.dropLast()) }
        let inline = (try? InlineRecord(folder: inline(folder)))?.place
        return [journal, inline].contains { place in place.map { name >= $0.after } ?? false }
    }
}
