// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Removes files that nobody wrote for long, the oldest first, with the rights that this process has. No link is
/// followed and no other file system entered, whatever others put in the way meanwhile: each folder is opened below the
/// one before it.
public struct OldFiles: Sendable {
    /// What became of it.
    public struct Outcome: Hashable, Sendable {
        /// Bytes that came free.
        public var freedBytes: UInt64 = 0
        /// Files that are gone.
        public var removed = 0
        /// What could not be done, the first of it.
        public var error: String?
    }

    private struct Found {
        let folder: Int
        let name: String
        let bytes: UInt64
        let seconds: Int
    }

    private static let fileLimit = 200_000
    private static let depthLimit = 32

    private let pattern: String
    private let before: Int
    private let device: UInt64
    private var folders: [[String]] = []
    private var found: [Found] = []
    private var outcome = Outcome()

    /// Removes files of `folder` whose names match `pattern`, and files in and below folders whose names do, that were
    /// last written before `before` (seconds since 1970), until `wanted` bytes are free. Does nothing where the folder
    /// does not lie on `device`.
    public static func remove(
        in folder: String, matching pattern: String, before: Int, wanted: UInt64, on device: UInt64
    ) -> Outcome {
        var work = OldFiles(pattern: pattern, before: before, device: device)
        do throws(SystemError) {
            let root = try Descriptor(openingWithoutLinks: folder, O_RDONLY | O_DIRECTORY)
            guard try FileStatus(of: root.raw).device == device else { return work.outcome }
            work.gather(root.raw, [], depth: 0)
            work.removeOldest(root.raw, wanted)
        } catch {
            if !error.isMissing { work.outcome.error = "\(error)" }
        }
        return work.outcome
    }

    private init(pattern: String, before: Int, device: UInt64) {
        self.pattern = pattern
        self.before = before
        self.device = device
    }

    private mutating func gather(_ folder: Int32, _ path: [String], depth: Int) {
        guard depth < Self.depthLimit, let names = try? Files.list("/proc/self/fd/\(folder)") else { return }
        folders.append(path)
        let index = folders.count - 1
        for name in names where found.count < Self.fileLimit {
            if depth == 0, fnmatch(pattern, name, Int32(FNM_PERIOD)) != 0 { continue }
            var info = stat()
            guard fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0, UInt64(info.st_dev) == device else {
                continue
            }
            switch info.st_mode & S_IFMT {
            case S_IFREG where info.st_mtim.tv_sec < before:
                let bytes = info.st_nlink == 1 ? UInt64(clamping: Int64(info.st_blocks)) * 512 : 0
                found.append(Found(folder: index, name: name, bytes: bytes, seconds: Int(info.st_mtim.tv_sec)))
            case S_IFDIR:
                let raw = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                guard raw >= 0 else { continue }
                let inner = Descriptor(owning: raw)
                gather(inner.raw, path + [name], depth: depth + 1)
            default: break
            }
        }
    }

    private mutating func removeOldest(_ root: Int32, _ wanted: UInt64) {
        for file in found.sorted(by: { $0.seconds < $1.seconds }) where outcome.freedBytes < wanted {
            do throws(SystemError) {
                let folder = try open(folders[file.folder], below: root)
                let number = folder.raw
                // Written again since it was found: it is in use.
                var info = stat()
                try check("stat", file.name) { fstatat(number, file.name, &info, AT_SYMLINK_NOFOLLOW) }
                guard info.st_mtim.tv_sec < before, info.st_mode & S_IFMT == S_IFREG else { continue }
                try check("unlink", file.name) { unlinkat(number, file.name, 0) }
                outcome.freedBytes += file.bytes
                outcome.removed += 1
            } catch {
                if !error.isMissing { outcome.error = outcome.error ?? "\(error)" }
            }
        }
    }

    private func open(_ path: [String], below root: Int32) throws(SystemError) -> Descriptor {
        var folder = Descriptor(owning: try check("dup") { fcntl(root, F_DUPFD_CLOEXEC, 3) })
        for name in path {
            let outer = folder.raw
            folder = Descriptor(
                owning: try check("open", name) { openat(outer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            )
        }
        return folder
    }
}
