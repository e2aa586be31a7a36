// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// A downloaded archive of a Node, unpacked by tar.
struct Archive {
    /// The file.
    let path: String
    /// The one folder that everything in it is in.
    let top: String

    private static let seconds = 1200
    private static let entryLimit = 50_000
    private static let sizeLimitBytes: UInt64 = 2 << 30

    /// Unpacks it into the folder `target`, in which its `top` is then. Fails before anything is written when an entry
    /// would lead out of it, or when there is no room.
    func unpack(into target: String) throws(InstallError) {
        let entries = try listed()
        let size = entries.reduce(UInt64(0)) { $0 + $1.size }
        guard size <= Self.sizeLimitBytes else {
            throw .failed("\(path) unpacks to \(ByteText.text(size)) (at most \(ByteText.text(Self.sizeLimitBytes)))")
        }
        // Each file takes up to a block more than its size.
        let needed = size + UInt64(entries.count) * 4096
        if let free = try? FileSystemRoom.availableBytes(at: target), free < needed {
            throw .failed(
                "no room to unpack \(top): it takes \(ByteText.text(needed)), and \(ByteText.text(free)) are free "
                    + "where \(target) is")
        }
        let options = ["--no-same-owner", "--no-same-permissions", "--directory", target]
        let answer = try Tool.run("tar", ["--extract", "--file", path] + options, seconds: Self.seconds)
        guard answer.code == 0 else { throw .failed("cannot unpack \(path): \(Tool.lastLine(answer))") }
        try checkLinks(below: "\(target)/\(top)")
    }

    private func listed() throws(InstallError) -> [ArchiveEntry] {
        let options = ["--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file", path]
        let answer = try Tool.run("tar", options, seconds: Self.seconds)
        let lines = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
        guard answer.code == 0 else { throw .failed("\(path) is no whole archive: \(Tool.lastLine(answer))") }
        guard lines.count <= Self.entryLimit else {
            throw .failed("\(path) has \(lines.count) entries (at most \(Self.entryLimit))")
        }
        var entries: [ArchiveEntry] = []
        for line in lines {
            guard let entry = ArchiveEntry(line) else {
                throw .failed("\(path): tar lists what is no file, folder or link: \(CleanLine.of(line))")
            }
            if let problem = entry.problem(inside: top) { throw .failed("\(path): \(problem)") }
            entries.append(entry)
        }
        guard !entries.isEmpty else { throw .failed("\(path) is an empty archive") }
        return entries
    }

    /// A chain of links may lead where none of them leads by itself.
    private func checkLinks(below folder: String) throws(InstallError) {
        let astray: TreeEntry?
        do throws(SystemError) {
            let root = try Files.realPath(folder)
            astray = try FileTree.entries(of: folder).first { entry in
                guard entry.kind != .file, entry.kind != .folder else { return false }
                let end = try? Files.realPath("\(folder)/\(entry.path)")
                return entry.kind == .other || !(end?.hasPrefix(root + "/") ?? false)
            }
        } catch {
            throw .failed("\(error)")
        }
        if let astray { throw .failed("\(path): \(CleanLine.of(astray.path)) leads out of \(top), or nowhere") }
    }
}

/// A line of `tar --list --verbose`.
struct ArchiveEntry {
    /// The letter that ls would show: `-` file, `d` folder, `l` symbolic link, `h` hard link.
    let kind: Character
    /// Size in bytes.
    let size: UInt64
    /// Path in the archive.
    let path: String
    /// Where a link leads; nil for anything else.
    let target: String?

    /// Reads `-rwxr-xr-x 0/0 123 2026-05-18 09:30 top/bin/node`; nil for anything else.
    init?(_ line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count == 6, fields[0].count >= 10, let kind = fields[0].first, "-dlh".contains(kind),
            let size = UInt64(fields[2])
        else { return nil }
        self.kind = kind
        self.size = kind == "-" ? size : 0
        let mark = kind == "l" ? " -> " : kind == "h" ? " link to " : nil
        guard let mark else {
            path = String(fields[5])
            target = nil
            return
        }
        guard let found = fields[5].firstRange(of: mark), fields[5].ranges(of: mark).count == 1 else { return nil }
        path = String(fields[5][..<found.lowerBound])
        target = String(fields[5][found.upperBound...])
    }

    /// Why it must not be unpacked; nil when everything stays inside the folder `top`.
    func problem(inside top: String) -> String? {
        guard !path.split(separator: "/").contains(".."), let place = Self.place(path, from: []), place.first == top
        else {
            return "\(CleanLine.of(path)) leads out of \(top)"
        }
        guard let target else { return nil }
        let start = kind == "l" ? Array(place.dropLast()) : []
        let mayRise = kind == "l" || !target.split(separator: "/").contains("..")
        guard mayRise, let end = Self.place(target, from: start), end.first == top else {
            return "the link \(CleanLine.of(path)) leads out of \(top), to \(CleanLine.of(target))"
        }
        return nil
    }

    /// Where `path` leads from a folder, as a list of names; nil when that is outside.
    private static func place(_ path: String, from folder: [String]) -> [String]? {
        guard !path.hasPrefix("/") else { return nil }
        var place = folder
        for name in path.split(separator: "/") where name != "." {
            if name == ".." {
                guard !place.isEmpty else { return nil }
                place.removeLast()
            } else {
                place.append(String(name))
            }
        }
        return place
    }
}
