// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The finished files of one log, as the tending child treats them. Each step leaves what the next look goes on with:
/// `NAME.log`, then the same read-only when it is synced, then `NAME.log.zst` beside it, then that alone.
struct FinishedFiles {
    /// What a synced file may: nothing writes to it any more.
    private static let syncedRights: UInt32 = 0o440

    let folder: String

    /// Removes what a kill or a power cut has left half done.
    func tidy() throws(SystemError) {
        let files = try Files.list(folder)
        for file in files where file.hasSuffix(Compression.temporaryEnding) && RotatedName.base(of: file) != nil {
            try Files.remove(folder + "/" + file)
        }
        for file in RotatedFile.all(in: folder, files, withSizes: false) where file.isPlain && file.isCompressed {
            let path = path(file.name)
            // The one that is compressed was synced before it had its name; now that name is too.
            try Files.syncFolder(of: path)
            try Files.remove(path)
        }
    }

    /// Makes those outlive power loss that do not yet; the first error, after all were tried. False: in a flood, some
    /// were left for later.
    func sync() throws(SystemError) -> Bool {
        try eachPlain { name throws(SystemError) in try sync(name) }
    }

    /// Compresses those that are there now, oldest first; the first error, after all were tried. `between` is called
    /// before each. False: some were left for later, in a flood or until those who follow the log are through with
    /// them.
    func compress(between: () -> Void) throws(SystemError) -> Bool {
        var isFollowed = false
        let isAll = try eachPlain { name throws(SystemError) in
            between()
            // Retention may have removed it meanwhile.
            guard Files.exists(path(name)) else { return }
            try sync(name)
            if FollowerRecords.need(name, in: folder) {
                isFollowed = true
            } else {
                try Compression.compress(path(name))
            }
        }
        return isAll && !isFollowed
    }

    private func path(_ name: String) -> String { folder + "/" + name + ".log" }

    private func eachPlain(_ body: (_ name: String) throws(SystemError) -> Void) throws(SystemError) -> Bool {
        let files = RotatedFile.all(in: folder, try Files.list(folder), withSizes: false)
        let rule = FloodRule(
            endedMicroseconds: files.map(\.asRetained.endedMicroseconds), nowMicroseconds: Clock.wallMicroseconds)
        var failure: SystemError?
        var isAll = true
        for file in files where file.isPlain {
            guard rule.isDue(endedMicroseconds: file.asRetained.endedMicroseconds) else {
                isAll = false
                continue
            }
            do throws(SystemError) {
                try body(file.name)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return isAll
    }

    private func sync(_ name: String) throws(SystemError) {
        let path = path(name)
        do throws(SystemError) {
            let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let status = try FileStatus(of: file.raw)
            guard status.kind == .regular, status.rights & 0o222 != 0 else { return }
            try file.sync()
            try syncIndex(folder + "/" + name + ".idx")
            try Files.syncFolder(of: path)
            try file.setMode(Self.syncedRights)
        } catch {
            guard error.isMissing else { throw SystemError(code: error.code, call: error.call, subject: path) }
        }
    }

    private func syncIndex(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).sync()
        } catch {
            // Without one, times are that of the file.
            guard error.isMissing else { throw error }
        }
    }
}
