// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A file that others replace or write while it is read.
public enum SettledFile {
    /// What a look at it gave.
    public enum Look: Hashable, Sendable {
        /// All of it, as it was before and after the reading, and who owns it.
        case whole([UInt8], uid: UInt32)
        /// Somebody has it open for writing, or it changed while it was read.
        case busy
    }

    /// Reads the file, at most `limit` bytes: whoever asks for one more than is allowed sees that it is too long.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> Look {
        // Of a FIFO that strayed in here nothing is read, instead of for ever.
        let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK)
        let before = try FileStatus(of: file.raw)
        if chost_is_being_written(file.raw) != 0 { return .busy }
        var content: [UInt8] = []
        while content.count < limit {
            let part = try file.read(upTo: min(limit - content.count, 65536))
            if part.isEmpty { break }
            content += part
        }
        guard try FileStatus(of: file.raw) == before, try FileStatus(at: path) == before else { return .busy }
        return .whole(content, uid: before.uid)
    }
}

/// The folders that a path leads through.
public enum PathHops {
    /// No more links than the kernel follows (path_resolution(7)).
    private static let linkLimit = 40

    /// The folders in which a name stands that leads to `path`: of the path itself, and of each symbolic link on its
    /// way. Whoever watches all of them hears of every way in which it can come to mean another file. Folders that are
    /// not there are named as well.
    public static func folders(to path: String) -> Set<String> {
        var folders: Set<String> = []
        var rest = path.split(separator: "/").map(String.init)[...]
        var place = ""
        var links = 0
        while let name = rest.popFirst() {
            if name == "." { continue }
            if name == ".." {
                place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                continue
            }
            let here = "\(place)/\(name)"
            let target = links < linkLimit ? Files.linkTarget(here) : nil
            if rest.isEmpty || target != nil { folders.insert(place.isEmpty ? "/" : place) }
            guard let target else {
                place = here
                continue
            }
            links += 1
            if target.hasPrefix("/") { place = "" }
            rest = target.split(separator: "/").map(String.init) + rest
        }
        return folders
    }
}
