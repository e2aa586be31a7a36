// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Small files, read and replaced as a whole.
public enum Files {
    /// Reads a file of at most `limit` bytes; a longer one is an error (EFBIG).
    public static func read(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        // Non-blocking: a FIFO in the place of a file must not hold anybody up.
        let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        var content: [UInt8] = []
        while content.count <= limit {
            // One more than the size that is expected, so that a small file needs one call and its end.
            let part = try named(path) { () throws(SystemError) in
                try file.read(upTo: min(limit + 1 - content.count, 16384))
            }
            if part.isEmpty { return content }
            content += part
        }
        throw SystemError(code: EFBIG, call: "read", subject: path)
    }

    /// Reads a file as UTF-8 text, bad bytes replaced.
    public static func readText(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> String {
        String(decoding: try read(path, limit: limit), as: UTF8.self)
    }

    /// Replaces `path` atomically: a reader sees the old content or the new, never a part. `sync` makes it outlive
    /// power loss.
    public static func replace(
        _ path: String, with bytes: some Collection<UInt8>, mode: UInt32 = 0o600, sync: Bool = false
    ) throws(SystemError) {
        let temporary = path + ".new"
        do throws(SystemError) {
            let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
            // The umask, which belongs to all threads, may forbid what is wanted here.
            if mode != 0o600 { try check("fchmod", temporary) { fchmod(file.raw, mode) } }
            try named(temporary) { () throws(SystemError) in try file.write(all: bytes) }
            if sync { try check("fsync", temporary) { fsync(file.raw) } }
            try check("rename", path) { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        if sync { try syncFolder(of: path) }
    }

    /// Writes a file that is there as a whole or not at all; one that is there already is an error (EEXIST), and stays.
    public static func create(
        _ path: String, with bytes: some Collection<UInt8>, mode: UInt32 = 0o600
    ) throws(SystemError) {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let temporary = "\(path[..<slash]).\(path[slash...]).\(getpid())"
        defer { unlink(temporary) }
        try replace(temporary, with: bytes, mode: mode, sync: true)
        try check("link", path) { link(temporary, path) }
        try syncFolder(of: path)
    }

    /// Makes a folder and its parents; one that is there already is fine, something else in its place is not.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        if mkdir(path, mode) == 0 { return }
        let code = errno
        if code == EEXIST, isFolder(path) { return }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw SystemError(code: code, call: "mkdir", subject: path)
        }
        try makeFolder(String(path[..<slash]), mode: 0o755)
        if mkdir(path, mode) == 0 { return }
        let secondCode = errno
        guard secondCode == EEXIST, isFolder(path) else {
            throw SystemError(code: secondCode, call: "mkdir", subject: path)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted, without `.` and `..`.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw SystemError(code: errno, call: "opendir", subject: path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a folder that holds only files.
    public static func removeFlatFolder(_ path: String) throws(SystemError) {
        for name in try list(path) { unlink(path + "/" + name) }
        try check("rmdir", path) { rmdir(path) }
    }

    /// Writes to a file that is there already: a knob in /proc or /sys.
    public static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try Descriptor(opening: path, O_WRONLY)
        try named(path) { () throws(SystemError) in try file.write(all: text.utf8) }
    }

    /// What a symbolic link says; nil when `path` is none.
    public static func linkTarget(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
            let count = readlink(path, base, 4096)
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }

    /// The absolute path of what stands at `path`, links resolved.
    public static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw SystemError(code: errno, call: "find", subject: path)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The working folder of this process, links resolved.
    public static func currentFolder() -> String {
        linkTarget("/proc/self/cwd") ?? "/"
    }

    /// Sets the rights of a file or folder.
    public static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
        try check("chmod", path) { chmod(path, mode) }
    }

    /// Whether anything stands at `path`.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Names the file in an error of `body`, which only knew its descriptor.
    private static func named<Value>(
        _ path: String, _ body: () throws(SystemError) -> Value
    ) throws(SystemError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw SystemError(code: error.code, call: error.call, subject: path)
        }
    }

    /// Makes the names in the folder of `path` outlive power loss.
    public static func syncFolder(of path: String) throws(SystemError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = try Descriptor(opening: folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY)
        try check("fsync", folder) { fsync(descriptor.raw) }
    }
}
