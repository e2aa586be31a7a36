// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// What `inline/at` says: when the output with this inode number was so long, the log had been read up to this place.
struct InlineRecord {
    let inode: UInt64
    let size: Int64
    let place: FollowerPlace

    static func path(in folder: String) -> String { folder + "/at" }

    init(inode: UInt64, size: Int64, place: FollowerPlace) {
        self.inode = inode
        self.size = size
        self.place = place
    }

    /// Reads it; nil when there is none, or none that makes sense.
    init?(folder: String) throws(SystemError) {
        let text: String
        do throws(SystemError) {
            text = try Files.readText(Self.path(in: folder), limit: 256)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        let parts = text.dropLast().split(separator: " ", maxSplits: 1)
        guard text.hasSuffix("\n"), parts.count == 2, let output = LogCursor(String(parts[0])),
            let place = FollowerPlace(parts[1])
        else { return nil }
        self.init(inode: output.inode, size: Int64(clamping: output.offset), place: place)
    }

    func save(in folder: String) throws(SystemError) {
        try Files.replace(Self.path(in: folder), with: "\(inode):\(size) \(place)\n".utf8, mode: 0o640)
    }
}
