// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Files of others whose content is replaced as a whole, and which stay theirs.
extension Files {
    /// Replaces what `path` holds: a reader sees the old content or the new, never a part, and the new one outlives
    /// power loss. Owner, group and rights of the old file stay; a new one gets `mode`. Where `path` is a link, the
    /// file that it leads to is replaced. False when it holds just that already: then nothing is touched.
    ///
    /// It is done with the rights of this process, in whatever place the path leads to.
    @discardableResult
    public static func renew(_ path: String, with bytes: [UInt8], mode: UInt32) throws(SystemError) -> Bool {
        let place = (try? realPath(path)) ?? path
        let old = try status(of: place)
        if old?.size == Int64(bytes.count), try read(place, limit: bytes.count) == bytes { return false }
        let temporary = beside(place)
        // One that a killed process left there, whoever could write it since.
        unlink(temporary)
        try put(bytes, at: place, through: temporary) { file throws(SystemError) in
            if let old { giveBack(file.raw, old) }
            try file.setMode(old?.rights ?? mode)
        }
        return true
    }

    /// Writes a new file of the name `temporary`, whose owner and rights `dress` sets, and lets it take the place of
    /// what stands at `place`; power loss leaves one or the other.
    static func put(
        _ bytes: some Collection<UInt8>, at place: String, through temporary: String,
        dress: (borrowing Descriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        do throws(SystemError) {
            try file.write(all: bytes)
            try dress(file)
            try file.sync()
            try check("rename", place) { rename(temporary, place) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder(of: place)
    }

    /// Where the new content of a file stands until it takes its place: hidden, in the same folder.
    static func beside(_ place: String) -> String {
        let name = place.lastIndex(of: "/").map { place[place.index(after: $0)...] } ?? place[...]
        return place.dropLast(name.count) + ".\(name).hostd-new"
    }

    private static func status(of place: String) throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            let status = try FileStatus(ofLinkAt: place)
            // A link that leads nowhere gives way as well; a folder or a device does not.
            if status.kind == .folder || status.kind == .fifo {
                throw SystemError(code: status.kind == .folder ? EISDIR : EINVAL, call: "replace", subject: place)
            }
            return status.kind == .regular ? status : nil
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    /// Root gives a file of others back to them. Nobody else can: the folder is theirs then, and so is the file.
    private static func giveBack(_ file: Int32, _ old: FileStatus) {
        if geteuid() == 0 {
            _ = fchown(file, old.uid, old.gid)
        } else if getegid() != old.gid {
            _ = fchown(file, uid_t.max, old.gid)
        }
    }
}
