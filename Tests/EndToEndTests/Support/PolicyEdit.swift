// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// The ways in which editors and tools give a file another content.
enum PolicyEdit: CaseIterable {
    /// A temporary file in the same folder takes its name: most editors, `sed -i`, configuration management.
    case renamedOver
    /// The file is emptied and written: `cp`, `tee`, `>`.
    case written
    /// The same in two parts, with a look of others in between.
    case writtenInParts
    /// The old file is renamed to a backup first, and a new one made: vim with `backupcopy=no`.
    case backedUp
    /// The old file is removed first.
    case removed
    /// The name is a link, and another link takes its place: Kubernetes, Nix, releases.
    case linked
    /// The name becomes a hard link to a file elsewhere.
    case hardLinked
    /// Something wrong stands there first for a moment.
    case wrongFirst
    /// It is made as a file of others, and only then given its rights.
    case rightsLast
    /// The time is touched afterwards, and a file beside it made and removed.
    case touched

    func write(_ text: String, to path: String, number: Int) throws {
        let bytes = Array(text.utf8)
        let draft = path + ".\(number)~"
        switch self {
        case .renamedOver: try Files.replace(path, with: bytes)
        case .written: try Self.overwrite(path, [bytes])
        case .writtenInParts:
            try Self.overwrite(path, [Array(bytes.prefix(bytes.count / 2)), Array(bytes.dropFirst(bytes.count / 2))])
        case .backedUp:
            rename(path, path + "~")
            try Self.create(path, bytes)
        case .removed:
            unlink(path)
            try Self.create(path, bytes)
        case .linked:
            let folder = path + ".d"
            try Files.makeFolder(folder, mode: 0o755)
            try Files.replace("\(folder)/\(number)", with: Array(text.utf8))
            symlink("\(folder)/\(number)", draft)
            rename(draft, path)
        case .hardLinked:
            try Files.replace(draft, with: Array(text.utf8))
            unlink(path)
            link(draft, path)
            unlink(draft)
        case .wrongFirst:
            try Files.replace(path, with: Array("[tier.agent\nmodel = ".utf8))
            try Files.replace(path, with: bytes)
        case .rightsLast:
            try Files.replace(draft, with: Array(text.utf8))
            try Files.setMode(draft, 0o666)
            rename(draft, path)
            try Files.setMode(path, 0o644)
        case .touched:
            try Files.replace(path, with: bytes)
            utimes(path, nil)
            try Files.replace(draft, with: Array("".utf8))
            unlink(draft)
        }
    }

    /// A link in its place is not written through: the file behind it is another's.
    private static func overwrite(_ path: String, _ parts: [[UInt8]]) throws {
        if Files.linkTarget(path) != nil { unlink(path) }
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC)
        for part in parts {
            try file.write(all: part)
            sched_yield()
        }
    }

    private static func create(_ path: String, _ bytes: [UInt8]) throws {
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
        try file.write(all: bytes)
    }
}
