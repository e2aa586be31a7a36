// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Copies a tail into its log exactly once, whenever we are killed: `TAIL.at` says how long `current` was before the
/// first byte, so what `current` has grown since is what has been copied. Nothing else may be written to the log
/// meanwhile.
struct TailTakeover: ~Copyable {
    private let path: String
    private let tail: Descriptor
    private let start: Int64

    /// Begins or goes on with the takeover of `path` into a log file that is `logEnd` bytes long; nil when there is no
    /// tail (any more).
    init?(_ path: String, logEnd: Int64) throws(SystemError) {
        guard let opened = try Self.open(path) else {
            // Killed between the two removals of the end.
            try Files.remove(path + ".at")
            return nil
        }
        guard try FileStatus(of: opened.raw).kind == .regular else {
            throw SystemError(code: EINVAL, call: "read", subject: path + ", which is no plain file")
        }
        if let recorded = Self.recordedStart(path), recorded <= logEnd {
            start = recorded
        } else {
            try Files.replace(path + ".at", with: "\(logEnd)\n".utf8)
            start = logEnd
        }
        tail = opened
        self.path = path
    }

    /// Whether a takeover of `path` has been begun and is not finished.
    static func isUnderWay(_ path: String) -> Bool { Files.exists(path + ".at") && Files.exists(path) }

    /// Copies at most `limit` bytes; true when the tail is done and removed.
    borrowing func copy(
        into log: inout LogFile, through buffer: UnsafeMutableRawBufferPointer, limit: Int, now: Instant
    ) throws(SystemError) -> Bool {
        var copied = 0
        while copied < limit {
            let count = try tail.read(into: buffer, at: log.end - start)
            if count == 0 {
                try Files.remove(path)
                try Files.remove(path + ".at")
                return true
            }
            try log.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), now: now)
            copied += count
        }
        return false
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor? {
        do {
            return try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw error
        }
    }

    private static func recordedStart(_ path: String) -> Int64? {
        guard let text = try? Files.readText(path + ".at", limit: 64), text.hasSuffix("\n") else { return nil }
        return Int64(text.dropLast())
    }
}
